"""Vectorised plane geometry, without any domain word."""
