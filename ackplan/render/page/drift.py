"""What the page of drift shows, as JSON data: that of a refresh of the record, with the ways on for each cluster."""

from __future__ import annotations

from ackplan.app.drift import Drift
from ackplan.render.facts.drift import none, since, ways
from ackplan.render.facts.safe import printable
from ackplan.render.facts.words import counted
from ackplan.render.page.compact import PageData
from ackplan.render.page.data import plan_data


def drift_data(drift: Drift) -> PageData:
    """The page of drift."""
    data = plan_data(drift.plan)
    ways_on = {change.name: [("since", since(change, drift)), *ways(change, drift)] for change in drift.moved}
    for cluster, change in zip(data["clusters"], drift.plan.changes, strict=True):
        if change.name in ways_on:
            named = ways_on[change.name]
            cluster["ways"] = [{"name": name, "text": printable(text)} for name, text in named]
    number = len(drift.moved)
    verb = "has" if number == 1 else "have"
    headline = f"{counted(number, 'cluster')} {verb} drifted" if number else none(drift).rstrip(".")
    return {**data, "title": "Drift", "headline": headline}
