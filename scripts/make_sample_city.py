"""Write the synthetic sample city.

`python scripts/make_sample_city.py OUTDIR [--scale full|small]`
"""

import argparse
from pathlib import Path

from sample_city.city import make_city


def main() -> None:
    """Read the command line and write the city."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outdir", nargs="?", type=Path, default=Path("data/raw/sample"))
    parser.add_argument("--scale", choices=("full", "small"), default="full")
    args = parser.parse_args()
    make_city(args.outdir, args.scale)
    print(f"{args.outdir}: dữ liệu mô phỏng / synthetic ({args.scale})")


if __name__ == "__main__":
    main()
