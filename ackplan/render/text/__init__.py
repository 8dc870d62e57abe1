"""The text that a terminal shows: plans, runs, records, live values. Safe to print, coloured only when asked to."""

from ackplan.render.text.live import clusters_table, nodes_table
from ackplan.render.text.plan import plan_text
from ackplan.render.text.record import record_text
from ackplan.render.text.run import event_line, result_text
from ackplan.render.text.style import diagnostics_text
from ackplan.render.text.table import table
from ackplan.render.text.task_text import task_text, tasks_table

__all__ = [
    "clusters_table",
    "diagnostics_text",
    "event_line",
    "nodes_table",
    "plan_text",
    "record_text",
    "result_text",
    "table",
    "task_text",
    "tasks_table",
]
