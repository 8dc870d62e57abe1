"""Faults that the simulator injects on purpose, so that a client can be tried against a bad day.

A document (YAML or JSON) lists rules; all that match a call and fire take part in it:

    traits: {answers: "2021"}  # how this API is, see `traits`; may be left out
    faults:
      - kind: error              # what happens, see below
        operation: scale_out     # an operation of schemas/operations.json; left out or "*": every call
        cluster: shop-*          # pattern of the cluster's name; left out: any
        nth: 2                   # the second matching call alone; or
        first: 3                 # the first three; or
        probability: 0.1         # each with this chance, out of the seed; none of the three: every call

    kind           takes                        does
    error          when, status, code, message, an error answer; with `when: after` the call has had its effect;
                   xml                            `xml: true`: as XML, whatever the call asked for
    reset          when                         the connection is reset
    hang           when, seconds                no answer, for good or for some time (and then the usual one)
    throttle       status, code, message,       429 Throttling.User; `retry_after` (seconds) sends Retry-After,
                   retry_after, acs_retry_after   `acs_retry_after` (milliseconds) sends x-acs-retry-after
    garbage        -                            the call has its effect; the answer is not JSON
    truncated      -                            the same; the answer ends in its middle
    html           status                       the same; the answer is a gateway's page, 502 unless told otherwise
    drip           seconds                      the same; the answer comes byte by byte, with pauses
    task_stuck     -                            the task of the call never ends
    task_fails     code, message, state, bare   the task fails; `state` is the cluster's then, where not the usual;
                                                  `bare: true`: the task has no `error`, task_result and logs tell it
    task_state     state                        the task ends in this state (succeeded, error, canceled, ...), or
                                                  stays in it (pending, paused, ...)
    cluster_state  state                        the cluster is in this state from now on
    attach_fails   code, instances              these instances (patterns; all of them) can't be attached
    clock_skew     seconds                      the server's clock is that much ahead
    late_commit    seconds, status              a gateway answers 504; the call takes its effect so many seconds later
    task_slow      seconds                      the task of the call takes that much longer
    lag            seconds, names               a read does not see clusters (nodes) that are younger than that
    size_lag       seconds, names               a read shows sizes that are that old
    stale          seconds, names               a read shows clusters as they were that long ago (at most an hour)
    partial        names, share                 a list leaves these out, each with the chance `share`; all: `[]`
    no_instance_id names                        a list of nodes shows these without their instance ids

`names` are patterns of names or ids of what is read; left out: all of it.

`when` is `before` (the default) or `after` the effect. Counts are kept with the world: a restart does not
begin anew, an edited rule does.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ackplan.simulator import routes, view
from ackplan.simulator.injection.effect import KIND, Fate
from ackplan.simulator.injection.rule import Rule
from ackplan.simulator.view import PLAIN, View

_EFFECTS = frozenset({"task_stuck", "task_slow", "task_fails", "task_state", "attach_fails"})
_AROUND = frozenset({"cluster_state", "clock_skew"})
_TRANSPORT_AFTER = frozenset({"garbage", "truncated", "html", "drip", "late_commit"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What the faults make of one call: `before` instead of its effect, `after` instead of its usual answer.

    `view` is what a reading call sees.
    """

    before: Rule | None = None
    after: Rule | None = None
    fate: Fate = KIND
    state: str = ""
    skew: float = 0.0
    view: View = PLAIN


UNTOUCHED = Plan()


@dataclass(frozen=True, slots=True)
class Faults:
    """The rules of a checked document."""

    rules: Sequence[Rule]
    seed: int = 0

    def plan(self, operation: str, cluster: str, count: Callable[[str], int], ordered: Sequence[Rule] = ()) -> Plan:
        """What becomes of a call. `count` gives 1, 2, 3, ... for each name that it is called with.

        `ordered` are rules that fire at this call, whatever they say.
        """
        firing = [
            *ordered,
            *(
                rule
                for number, rule in enumerate(self.rules)
                if _matches(rule, operation, cluster) and self._fires(number, rule, count(_counter(number, rule)))
            ),
        ]
        return _plan(firing, f"{self.seed}:{count('view')}") if firing else UNTOUCHED

    def _fires(self, number: int, rule: Rule, call: int) -> bool:
        if "nth" in rule:
            return call == int(rule["nth"])
        if "first" in rule:
            return call <= int(rule["first"])
        chance = random.Random(f"{self.seed}:{number}:{call}").random()  # noqa: S311 - made to be repeatable
        return chance < float(rule.get("probability", 1.1))


def _counter(number: int, rule: Rule) -> str:
    """A rule that was edited counts anew."""
    return f"fault/{number}/{json.dumps(rule, sort_keys=True)}"


def _matches(rule: Rule, operation: str, cluster: str) -> bool:
    named = rule.get("operation", "*") in {"*", operation}
    if rule["kind"] == "late_commit" and operation not in routes.CHANGING:
        return False
    return named and ("cluster" not in rule or fnmatchcase(cluster, rule["cluster"]))


def _plan(firing: Iterable[Rule], chance: str) -> Plan:
    rules = list(firing)
    before = [rule for rule in rules if _answers(rule) and not _is_after(rule)]
    after = [rule for rule in rules if _answers(rule) and _is_after(rule)]
    return Plan(
        before=before[0] if before else None,
        after=after[0] if after else None,
        fate=_fate(rules),
        state=next((rule["state"] for rule in rules if rule["kind"] == "cluster_state"), ""),
        skew=sum(rule["seconds"] for rule in rules if rule["kind"] == "clock_skew"),
        view=View(tuple(rule for rule in rules if rule["kind"] in view.KINDS), chance),
    )


def _answers(rule: Rule) -> bool:
    return rule["kind"] not in _EFFECTS | _AROUND | view.KINDS


def _is_after(rule: Rule) -> bool:
    return rule["kind"] in _TRANSPORT_AFTER or rule.get("when") == "after"


def _fate(rules: Sequence[Rule]) -> Fate:
    by_kind = {rule["kind"]: rule for rule in reversed(rules)}
    none: Rule = {"kind": ""}
    failing, spoiling = by_kind.get("task_fails"), by_kind.get("attach_fails")
    error = None
    if failing is not None:
        error = {
            "code": failing.get("code", "OperationFailed"),
            "message": failing.get("message", "the operation failed"),
        }
    return Fate(
        stuck="task_stuck" in by_kind,
        called=by_kind.get("task_state", none).get("state", ""),
        bare=failing is not None and bool(failing.get("bare")),
        error=error,
        leaves=failing.get("state") if failing is not None else None,
        spoilt=tuple(spoiling.get("instances", ["*"])) if spoiling is not None else (),
        seconds=float(by_kind.get("task_slow", none).get("seconds", 0.0)),
        spoilt_code=spoiling.get("code", "InternalError") if spoiling is not None else "InternalError",
    )
