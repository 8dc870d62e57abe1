"""Where logs go, by `-v` and `--log-file`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

    from ackplan.cli.options import Settings


def set_up(settings: Settings) -> None:
    """Logs as the options say from here on. Raises Failure for a file that can't be written."""
    import logging

    if not settings.verbose and not settings.log_file:
        # Without a handler Python prints the warnings of libraries, tracebacks and all.
        logging.getLogger().addHandler(logging.NullHandler())
        return
    level = logging.DEBUG if settings.verbose > 1 or settings.log_file else logging.INFO
    # A log that can't be written ends nothing.
    logging.raiseExceptions = False
    handler = _log_handler(settings) if settings.log_file else logging.StreamHandler()
    logging.basicConfig(level=level, handlers=[handler], format="%(asctime)s %(name)s %(levelname)s %(message)s")


def _log_handler(settings: Settings) -> logging.Handler:
    from ackplan.cli.output_options import log_handler

    return log_handler(settings)
