"""What a plan changes of the costs of a month, as Markdown."""

from __future__ import annotations

from ackplan.core.language import phrase
from ackplan.plan.costs import Costs
from ackplan.render.facts.cost_words import amount, cluster_texts, dearest_text, total_text, unpriced_names
from ackplan.render.facts.safe import printable
from ackplan.render.facts.words import and_more, counted, stop
from ackplan.render.markdown.markup import code, codes, folded, prose, row, table

_ROWS, _NAMES = 100, 20


def costs_markdown(costs: Costs) -> str:
    """The sum, what is not in it, and a table of the clusters, folded."""
    parts = [f"{phrase('Costs:')} **{total_text(costs)}**{stop()}"]
    if several := dearest_text(costs):
        parts.append(prose(several, 2000) + stop())
    if costs.unpriced:
        names = codes(unpriced_names(costs)[:_NAMES]) + and_more(len(costs.unpriced) - _NAMES)
        parts.append(phrase("without a price, and not counted: {names}", names=names) + stop())
    if len(costs.clusters) > 1:
        changes = dict(cluster_texts(costs))
        rows = [
            row(code(printable(cost.name), 80), amount(cost.added), amount(cost.removed), changes[printable(cost.name)])
            for cost in costs.clusters[:_ROWS]
        ]
        titles = tuple(map(phrase, ("cluster", "added", "removed", "difference")))
        text = table(titles, rows) + and_more(len(costs.clusters) - _ROWS)
        parts.append(folded(phrase("Costs of {clusters}", clusters=counted(len(changes), "cluster")), text))
    return "\n\n".join(parts)
