"""Entry point: `ackplan` and `python -m ackplan`."""

import os
import sys


def open_closed() -> None:
    """Whoever closed a standard stream (`>&-`) reads and writes nothing, and no file that is opened takes its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - until the end


def given() -> list[str]:
    """The arguments, which are UTF-8 whatever the locale is: a name may be Chinese where LC_ALL is C."""
    return [argument if argument.isascii() else _decoded(argument) for argument in sys.argv[1:]]


def _decoded(argument: str) -> str:
    try:
        return os.fsencode(argument).decode()
    except UnicodeError:
        return argument


def main() -> None:
    from ackplan.cli import gc

    gc.ignore()
    open_closed()
    code = 0 if _answered() else _run()
    gc.end()
    if "temporalio.bridge" in sys.modules:
        # Threads of its own call into an interpreter that is ending already, which then crashes now and then.
        import logging

        logging.shutdown()
        os._exit(code)
    sys.exit(code)


def _answered() -> bool:
    """Whether there was nothing to read, and the answer is written."""
    from ackplan.cli import at_once

    try:
        sys.stdout.write(text := at_once.answer(sys.argv[1:], os.environ))
        sys.stdout.flush()
    except OSError:
        return False  # told where every command tells it
    return bool(text)


def _run() -> int:
    from ackplan.cli import printing
    from ackplan.cli.main import run

    code = run(given())
    printing.finish()
    return code


if __name__ == "__main__":
    main()
