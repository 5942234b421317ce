"""python -m paddle_dip: see paddle_dip.cli."""

from paddle_dip.cli import main

if __name__ == "__main__":
    main()
