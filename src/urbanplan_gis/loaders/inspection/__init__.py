"""What a file holds, and what it is probably for."""
