"""python -m paddle_dip, or paddle-dip: see paddle_dip.cli.app."""

import sys


def main() -> None:
    """Run the command line and exit. Ctrl-C while it is being loaded, which takes a moment, ends it as it does later."""
    try:
        from paddle_dip.cli.app import main as run_command
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        sys.exit(130)
    run_command()


if __name__ == "__main__":
    main()
