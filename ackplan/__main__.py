"""Entry point: `ackplan` and `python -m ackplan`."""

import gc
import sys


def tune() -> None:
    """A large fleet makes millions of values and drops few: looking for garbage so often costs half the time."""
    gc.set_threshold(500_000, 20, 100)


def main() -> None:
    from ackplan.cli.main import run

    tune()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
