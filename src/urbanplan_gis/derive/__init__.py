"""Layers that nobody delivered, made from those that were, with their assumptions."""
