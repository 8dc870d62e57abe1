"""Entry point: `ackplan` and `python -m ackplan`."""

import sys


def main() -> None:
    from ackplan.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
