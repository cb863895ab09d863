"""Vietnamese text: legacy letters, encodings, spelling."""
