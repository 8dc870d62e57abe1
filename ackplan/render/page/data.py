"""What the page of a plan shows, as JSON data: words and values are made here, the page lays them out.

`schemas/page.schema.json` describes the data. Texts that many clusters share are kept once, in `texts`, and stand as
their numbers: values of parameters above all. No secret is in it, and no time but when the plan was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ackplan import __version__
from ackplan.core import language, messages
from ackplan.core.language import phrase
from ackplan.core.provenance import link_of
from ackplan.execute.limits import USUAL, Limits
from ackplan.plan.costs import Costs
from ackplan.plan.model import Plan
from ackplan.render.facts.compared import sentence
from ackplan.render.facts.cost_words import dearest_text, total_text, unpriced_names
from ackplan.render.facts.plan_origin import commit, job, listed_regions, place, planned, regions_of
from ackplan.render.facts.rule_findings import by_code, by_rule
from ackplan.render.facts.safe import printable
from ackplan.render.facts.summary import CHANGES, Alert, alerts, headline, path_in_short, tallies
from ackplan.render.facts.view import View, view
from ackplan.render.facts.words import counted, estimate, noun_of, plural
from ackplan.render.graph.positions import layout
from ackplan.render.page.cluster_data import cluster_data, note_data
from ackplan.render.page.compact import Data, PageData, Texts, compact
from ackplan.render.page.finding import finding_data, rule_data
from ackplan.render.page.step_data import step_data

_TITLES = {"normal": "Plan", "destroy": "Plan to destroy", "refresh-only": "Plan to refresh the record"}


def plan_data(plan: Plan, limits: Limits = USUAL, costs: Costs | None = None) -> PageData:
    """The page of a plan. The times are expected within `limits`."""
    shown, texts = view(plan, limits), Texts()
    placed = layout(plan.steps)
    others, rules = by_rule(plan.diagnostics)
    alone, sorts = by_code(others)
    clusters = cluster_data(plan, shown, texts)
    data: PageData = {
        "title": phrase(_TITLES.get(plan.mode, "Plan")),
        "language": language.current(),
        "headline": headline(plan),
        "filters": _filters(plan, clusters),
        "facts": facts_data(_facts(plan, shown, costs)),
        "path": list(path_in_short(shown.path)) if len(shown.blocks) > 1 else [],
        "alerts": [_alert(alert) for alert in alerts(plan, shown)],
        "findings": [finding_data(diagnostic) for diagnostic in alone],
        "rules": [rule_data(rule) for rule in (*sorts, *rules)],
        "notes": note_data(),
        "clusters": clusters,
        "steps": step_data(plan, shown, placed),
        "graph": {"columns": placed.columns, "rows": placed.rows},
        "seconds": shown.seconds,
        "texts": list(texts.numbers),
    }
    if words := _phrases():
        data["phrases"] = words
    return data


def _phrases() -> dict[str, str]:
    """The words that the page's script puts together, where they are not English."""
    current = language.current()
    return {} if current == language.ENGLISH else dict(messages.phrases_of("page", current))


def _filters(plan: Plan, clusters: Sequence[Data]) -> list[Data]:
    """What clusters can be filtered by: what happens to them, drift, and that they stay."""
    drifted = sum("drift" in cluster for cluster in clusters)
    same = sum(cluster["tone"] == "no-op" for cluster in clusters)
    filters = [("drift", drifted, "drifted"), ("no-op", same, "unchanged")]
    happens: list[Data] = [{"tone": tally.tone, "text": phrase(CHANGES[tally.tone])} for tally in tallies(plan)]
    return happens + [{"tone": tone, "text": phrase(word)} for tone, number, word in filters if number]


def _alert(alert: Alert) -> Data:
    tone = "drift" if alert.topic == "drift" else alert.tone
    return compact({"tone": tone, "topic": alert.topic, "text": alert.text, "names": list(alert.names)})


def _facts(plan: Plan, shown: View, costs: Costs | None) -> list[tuple[str, str]]:
    """Names and texts for the head of the page."""
    policies = shown.policies.partition(phrase(": "))
    noun = noun_of(change.address.parent is not None for change in plan.changes)
    serial = phrase("serial {number}", number=plan.pins.serial) if plan.pins.lineage else phrase("none yet")
    about = phrase("about {time}", time=estimate(shown.seconds)) if shown.seconds else ""
    facts = [
        (phrase("Workers"), shown.workers),
        (phrase("Costs"), total_text(costs) if costs else ""),
        (phrase("How costs are counted"), dearest_text(costs) if costs else ""),
        (phrase("Not in the costs"), phrase(", ").join(unpriced_names(costs)) if costs else ""),
        (phrase("Expected to take"), about),
        (plural(noun, 2).capitalize(), str(len(plan.changes))),
        (phrase("Steps"), str(len(plan.steps))),
        (phrase("Policies"), policies[2]),
        (phrase("Not managed"), counted(shown.unmanaged, "live cluster") if shown.unmanaged else ""),
        *origin_facts(plan),
        (phrase("Record"), serial),
        ("ackplan", __version__),
        (phrase("Compared"), sentence(plan).removeprefix("Compared, ")),
    ]
    return [(name, text) for name, text in facts if text]


def origin_facts(plan: Plan) -> list[tuple[str, str]]:
    """Which world a plan is for, and where it comes from; each text may be empty."""
    names, made = regions_of(plan), plan.provenance
    return [
        (phrase("For"), place(plan.pins.world, sandbox=made.sandbox)),
        (phrase("{number:Region|Regions}", number=len(names)), listed_regions(names)),
        (phrase("Workspace"), printable(plan.pins.workspace)),
        (phrase("Commit"), commit(made)),
        (phrase("Planned"), planned(made)),
        (phrase("Planned in"), job(made)),
    ]


def facts_data(facts: Iterable[tuple[str, str]]) -> list[Data]:
    """Those that say something; one that is an address leads there."""
    links = ((name, text, link_of(text)) for name, text in facts if text)
    return [compact({"name": name, "text": text, "link": link}) for name, text, link in links]
