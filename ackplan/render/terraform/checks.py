"""`checks` of the plan's JSON: how each rule of a policy came out, in the form of Terraform's check blocks."""

from __future__ import annotations

from ackplan.core.catalog import Kind
from ackplan.core.diagnostics import Diagnostic
from ackplan.plan.model import Judged, Plan
from ackplan.render.terraform import provider


def checks(plan: Plan) -> dict[str, object]:
    """`checks` with an entry for each rule; nothing where the plan was held against none."""
    if not plan.policies:
        return {}
    kinds = {change.name: change.kind for change in plan.changes}
    return {"checks": [_check(judged, plan, kinds) for judged in plan.policies]}


def _check(judged: Judged, plan: Plan, kinds: dict[str, Kind]) -> dict[str, object]:
    address = {"kind": "check", "name": judged.rule, "to_display": f"check.{judged.rule}"}
    found = [diagnostic for diagnostic in plan.diagnostics if diagnostic.rule == judged.rule]
    by_cluster = {name: [d for d in found if d.cluster == name] for name in dict.fromkeys(d.cluster for d in found)}
    instances = [_instance(name, problems, kinds) for name, problems in by_cluster.items()]
    return {"address": address, "status": _status(judged.violations), "instances": instances}


def _status(violations: int) -> str:
    return "fail" if violations else "pass"


def _instance(name: str, problems: list[Diagnostic], kinds: dict[str, Kind]) -> dict[str, object]:
    """What a rule says of one cluster, or of no one in particular (no name)."""
    shown = provider.address(kinds[name], name) if name in kinds else "plan"
    messages = [": ".join(part for part in (d.parameter, d.detail) if part) for d in problems]
    return {"address": {"to_display": shown}, "status": "fail", "problems": [{"message": text} for text in messages]}
