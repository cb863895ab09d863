"""What values and layer names stand for: codes, mapping files, recognition."""
