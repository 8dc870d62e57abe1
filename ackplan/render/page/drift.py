"""What the page of drift shows, as JSON data: that of a refresh of the record, with the ways on for each cluster."""

from __future__ import annotations

from ackplan.app.drift import Drift
from ackplan.core.actions import Action
from ackplan.core.language import phrase
from ackplan.render.facts.drift import Way, none, since, ways
from ackplan.render.facts.safe import printable
from ackplan.render.page.compact import Data, PageData, compact
from ackplan.render.page.data import plan_data


def drift_data(drift: Drift) -> PageData:
    """The page of drift."""
    data = plan_data(drift.plan)
    gone = {change.name for change in drift.moved if change.action is Action.FORGET}
    ways_on = {
        change.name: [Way(phrase("since"), since(change, drift)), *ways(change, drift)] for change in drift.moved
    }
    for cluster, change in zip(data["clusters"], drift.plan.changes, strict=True):
        if change.name in ways_on:
            cluster["ways"] = [
                compact({key: printable(text) for key, text in way._asdict().items()}) for way in ways_on[change.name]
            ]
            is_gone = change.name in gone
            words = phrase("is gone" if is_gone else "changed outside of ackplan")
            cluster |= {"tone": "drift", "mark": "-" if is_gone else "~", "headline": words}
            cluster.pop("drift", None)
    number = len(drift.moved)
    text = "{number:# cluster has|# clusters have} drifted"
    headline = phrase(text, number=number) if number else none(drift).rstrip(".。")
    return {
        **data,
        "title": phrase("Drift"),
        "headline": headline,
        "filters": _filters(data),
        "facts": _facts(data),
        "alerts": [alert for alert in data["alerts"] if alert["tone"] != "drift"],
        "path": [],
        "steps": [],
        "graph": {"columns": 0, "rows": 0},
    }


def _filters(data: PageData) -> list[Data]:
    return [each for each in data["filters"] if each["tone"] in {"drift", "no-op"}]


def _facts(data: PageData) -> list[Data]:
    """Those of a plan, but for its steps: nothing is going to be done, it was looked."""
    looked = {phrase("Planned"): phrase("Looked at"), phrase("Planned in"): phrase("Looked at in")}
    names = (str(fact["name"]) for fact in data["facts"])
    left_out = {phrase("Steps"), phrase("Expected to take")}
    shown = zip(names, data["facts"], strict=True)
    return [{**fact, "name": looked.get(name, name)} for name, fact in shown if name not in left_out]
