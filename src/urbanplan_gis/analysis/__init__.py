"""Evidence -> figures: pure measures, declared indicators, targets."""
