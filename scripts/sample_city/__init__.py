"""A synthetic Quảng Ngãi with known truth (see make_sample_city.py)."""
