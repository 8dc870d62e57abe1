"""What comments are made of: parts as long as there is room, and findings as items of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ackplan.core.diagnostics import Diagnostic
from ackplan.core.language import phrase, sentences
from ackplan.core.provenance import Provenance
from ackplan.plan.model import Plan
from ackplan.render.facts.plan_origin import job, origin, target
from ackplan.render.facts.rule_findings import RuleFindings, by_rule
from ackplan.render.facts.words import and_more, colon, stop
from ackplan.render.markdown.markup import code, codes, prose

# GitHub counts characters; bytes of UTF-8 are never fewer. The rest is room for a marker that a workflow adds.
LIMIT = 65_000
_NAMES = 40
# An address in which nothing means anything to Markdown or HTML.
_LINK = re.compile(r"https?://[\w.:/?=&%#~+,;@-]+", re.ASCII)


@dataclass(slots=True)
class BoundedPage:
    """Parts of a text that may take `left` more bytes; `missing` says in words what found no room."""

    left: int
    parts: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, text: str, otherwise: str = "") -> bool:
        """Adds a part where it fits; `otherwise` is what is missing where it does not."""
        size = size_of(text) + 2
        if size > self.left:
            self.missing += [otherwise] if otherwise else []
            return False
        self.left -= size
        self.parts.append(text)
        return True


def size_of(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def origin_line(plan: Plan) -> str:
    """In small letters, which world a plan is for and where it comes from."""
    world = target(plan, code)
    return _small(phrase("For {target}.", target=world) if world else "", *_maker(plan.provenance))


def made_line(provenance: Provenance) -> str:
    """The same of a plan of many workspaces, each of which has a world of its own."""
    return _small(*_maker(provenance))


def _maker(provenance: Provenance) -> tuple[str, str]:
    address = job(provenance)
    return origin(provenance, code), f"[{phrase('CI job')}](<{address}>)" if _LINK.fullmatch(address) else ""


def _small(*parts: str) -> str:
    said = sentences(*parts)
    return f"<sub>{said}</sub>" if said else ""


def finding_item(diagnostic: Diagnostic) -> str:
    """One item of a list: what, where, why, and on a line of its own what to do."""
    kind = phrase("error" if diagnostic.is_error else "warning")
    subject = "".join(f" {code(part, 80)}{colon()}" for part in (diagnostic.cluster, diagnostic.parameter) if part)
    place = f" ({code(str(diagnostic.span), 160)})" if diagnostic.span else ""
    texts = (("", diagnostic.detail), ("→ ", diagnostic.cure))
    said = "".join(f"<br>{lead}{prose(text, 400)}" for lead, text in texts if text)
    what = sentences(f"{code(diagnostic.code, 40)}{subject}", prose(diagnostic.summary, 160))
    return f"- **{kind}** {what}{place}{said}"


def finding_items(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """The items of all of these; what a rule of a policy found more than once is one item with all names."""
    others, groups = by_rule(diagnostics)
    items = list(map(finding_item, others))
    return items + [_rule(group) if len(group.findings) > 1 else finding_item(group.first) for group in groups]


def _rule(group: RuleFindings) -> str:
    """A rule, how many clusters break it, what is wrong with which, and once what to do."""
    counted = phrase(": ") + group.counted if group.counted else ""
    severity = phrase(group.severity.value)
    head = f"- {code(group.rule, 120)} (**{severity}** {code(group.first.code, 40)}){counted}{stop()}"
    lines = [sentences(head, prose(group.first.summary, 160) + stop())]
    for detail, findings in group.details:
        names = list(dict.fromkeys(finding.cluster for finding in findings if finding.cluster))
        lines.append(prose(detail, 400) + (phrase(": ") + _names(names) if names else ""))
    return "<br>".join([*lines, *(f"→ {prose(cure, 400)}" for cure in group.cures)])


def _names(names: Sequence[str]) -> str:
    more = len(names) - _NAMES
    return codes(names[:_NAMES]) + and_more(more)
