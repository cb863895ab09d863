"""Measure an urban plan against its targets."""
