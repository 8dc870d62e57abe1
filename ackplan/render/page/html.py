"""A plan or a run as one page of HTML that needs nothing else: no network, no server, no other file.

The page's policy lets it run its own script and style, known by their digests, and load, send and embed nothing. Data
stand in it as JSON in which nothing can end the element around them. The script writes text, never HTML: the policy
forbids the rest (`require-trusted-types-for`).
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
import re
from importlib import resources

from ackplan.app.drift import Drift
from ackplan.core import language
from ackplan.core.language import phrase
from ackplan.execute.limits import USUAL, Limits
from ackplan.execute.outcomes import Result
from ackplan.plan.costs import Costs
from ackplan.plan.model import Plan
from ackplan.render.facts.run import RunFacts
from ackplan.render.page.compact import PageData
from ackplan.render.page.data import plan_data
from ackplan.render.page.drift import drift_data
from ackplan.render.page.run import report_data

__all__ = ["RunFacts", "drift_html", "plan_html", "report_html"]

# In the order in which they are put together into one script.
_SCRIPTS = (
    "format",
    "elements",
    "model",
    "order",
    "search",
    "virtual",
    "list",
    "findings",
    "detail",
    "changes",
    "sides",
    "step",
    "geometry",
    "drawing",
    "overview",
    "drag",
    "camera",
    "graph",
    "schedule",
    "head",
    "choices",
    "address",
    "page",
)
_STYLES = ("theme", "layout", "parts", "drawing")
# Comments that fill lines: a page has no need of them, and types stand in many.
_COMMENT = re.compile(r"^ *(?://.*|/\*\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
# What stands in the page itself.
_WORDS = {
    "skip": "Skip to the clusters",
    "theme": "Theme",
    "lightdark": "Light or dark",
    "about": "About it",
    "warnings": "Warnings",
    "noscript": "Clusters, graph and schedule need JavaScript. As text: ackplan show PLANFILE.",
    "views": "Views",
    "bar": "Views and filters",
    "search": "Search",
    "everything": "Search everything  ( / )",
    "only": "Show only",
    "details": "Details",
}
_PLACE = re.compile(r"\{\{([a-z]+)\}\}")
_UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def plan_html(plan: Plan, *, view: str = "clusters", limits: Limits = USUAL, costs: Costs | None = None) -> str:
    """The page of a plan, open at `view`: `clusters`, `graph` or `schedule`."""
    return _page({**plan_data(plan, limits, costs), "view": view})


def drift_html(drift: Drift) -> str:
    """The page of drift: what moved, since when, and what can be done about it."""
    return _page(drift_data(drift))


def report_html(plan: Plan, result: Result, facts: RunFacts) -> str:
    """The page of a run: its plan, and what became of each step."""
    return _page(report_data(plan, result, facts))


def data_text(data: PageData) -> str:
    """JSON that can stand inside of a script element: only ASCII, no character that HTML gives a meaning."""
    return json.dumps(data, separators=(",", ":")).translate(_UNSAFE)


def _page(data: PageData) -> str:
    script, style = _script(), _style()
    filled = {
        "policy": _policy(script, style),
        **{name: html.escape(phrase(words)) for name, words in _WORDS.items()},
        "language": language.tag(),
        "title": html.escape(f"{data['title']}: {data['headline']}"),
        "heading": html.escape(data["title"]),
        "headline": html.escape(data["headline"]),
        "alerts": "".join(f"<li>{html.escape(str(alert['text']))}</li>" for alert in data["alerts"]),
        "style": style,
        "script": script,
        "data": data_text(data),
    }
    return _PLACE.sub(lambda place: filled[place[1]], _part("page.html"))


def _policy(script: str, style: str) -> str:
    """A Content Security Policy: everything is forbidden but this one script and this one style."""
    allowed = {
        "default-src": "'none'",
        "script-src": f"'sha256-{_digest(script)}'",
        "style-src": f"'sha256-{_digest(style)}'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "trusted-types": "'none'",
        "require-trusted-types-for": "'script'",
    }
    return "; ".join(f"{name} {value}" for name, value in allowed.items())


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@functools.cache
def _script() -> str:
    body = "\n".join(_COMMENT.sub("", _part(f"{name}.js")).strip() for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{body}\n}})();\n'


@functools.cache
def _style() -> str:
    return "\n".join(_part(f"{name}.css") for name in _STYLES)


@functools.cache
def _part(name: str) -> str:
    return resources.files("ackplan.render").joinpath("page", name).read_text(encoding="utf-8")
