"""When Python's garbage collector works: not while a command reads and plans, but while something runs for long.

A large fleet makes millions of values and drops few of them: looking for garbage among them takes long and finds
none. An apply or a server makes little at a time, and may go on for days.
"""

import gc

_YOUNG = 500_000


def ignore() -> None:
    """From here on nothing looks for garbage."""
    gc.disable()


def end() -> None:
    """Python ends now: it looks for garbage once more, and finds none to look at."""
    gc.freeze()


def collect() -> None:
    """From here on garbage is looked for, among what is made from here on. May be called again."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(_YOUNG, 20, 100)
        gc.enable()
