"""Administrative units: the layer, and names people write."""
