"""Layer -> findings and repaired layer. Nothing is lost without one."""
