"""The law as data: codes, class sets, indicators, targets; and thin readers of them."""
