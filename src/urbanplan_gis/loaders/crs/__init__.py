"""Where coordinates lie: which system, which axes, which unit, which datum."""
