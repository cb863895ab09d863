"""Official planning databases of Circular 16/2025/TT-BXD."""
