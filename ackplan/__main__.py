"""Entry point: `ackplan` and `python -m ackplan`."""

import gc
import os
import sys


def tune() -> None:
    """A large fleet makes millions of values and drops few: looking for garbage so often costs half the time."""
    gc.set_threshold(500_000, 20, 100)


def open_closed() -> None:
    """Whoever closed a standard stream (`>&-`) reads and writes nothing, and no file that is opened takes its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - until the end


def main() -> None:
    from ackplan.cli.main import run

    open_closed()
    tune()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
