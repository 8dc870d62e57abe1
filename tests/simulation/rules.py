"""What must hold whatever happens: at every changing call that arrives, at the end of every run, and at the end of all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ackplan.core.diagnostics import Failure
from ackplan.execute.ports import ApiError
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import decode
from ackplan.record.journal import fold
from ackplan.simulator.view import KINDS as SIGHTS
from ackplan.spec.desired import Wanted

from .account import Account, Effect, Seen
from .command import SECRETS, Computer, Ended
from .computer import Life
from .fleets import OWN
from .weather import FOREIGN, RENAMED

# Codes of errors that a run may end in: a plan that does not fit any more, a full disk.
EXPECTED = frozenset({"ACK3032", "ACK6004", "ACK6005", "ACK6006", "ACK3012", "ACK5009", "ACK2020", "ACK2021"})
_BUSY = frozenset({"initial", "scaling", "removing", "deleting", "updating"})


class Broken(Exception):
    """A rule that does not hold."""


@dataclass
class Rules:
    """Listens to the account. What is broken stands in `broken`; the story stops there.

    `taken` are names that somebody else gave to a cluster: those may be live and not recorded. `foreign` are the ids of
    these clusters, `adopted` those of them that were meant to be ours from then on.
    `loose` are names of clusters that somebody took instances from. `branched`: the record was worked on by two at once,
    so that neither knows all of what is there.
    """

    account: Account
    computer: Computer
    broken: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    adopted: set[str] = field(default_factory=set)
    loose: set[str] = field(default_factory=set)
    branched: bool = False
    expected: frozenset[str] = EXPECTED

    def check(self) -> None:
        if self.broken:
            raise Broken("; ".join(self.broken))

    # At every changing call

    def arrived(self, effect: Effect) -> None:
        life: Life = effect.sender
        self.broken += (f"{effect.operation} {effect.name}: {why}" for why in self._wrong(effect, life))

    def _wrong(self, effect: Effect, life: Life) -> Iterator[str]:
        if effect.name.startswith(FOREIGN):
            yield "is not ours"
        if life.astray:
            yield "goes to another account"
        if effect.before and effect.before.name.startswith(RENAMED) and not effect.code:
            _, since = self.account.renamed[effect.before.cluster_id]
            if since < life.begun:
                yield f"goes to {effect.before.name}"
        if effect.before and effect.before.cluster_id in self._strange(life):
            yield "is somebody else's"
        if effect.before and not effect.code:
            yield from self._unseen(effect, effect.before, life)
        if effect.code == "ErrorMasterNode":
            yield "gives up a master"
        if effect.code in {"InvalidParameter", "MissingParameter", "InvalidRequestBody", "ErrorClusterType"}:
            yield f"is not a call that the API has: {effect.answer}"
        if not life.disturbed:
            yield from self._undisturbed(effect, life)
        if effect.operation == "create_cluster" and not effect.code:
            life.created.add(effect.name)
        check = {"create_cluster": self._create, "scale_out": self._scale_out, "delete_cluster": self._delete}
        check |= {"remove_nodes": self._remove}
        if effect.operation in check and not effect.code:
            yield from check[effect.operation](effect, life)

    @staticmethod
    def _unseen(effect: Effect, before: Seen, life: Life) -> Iterator[str]:
        """Whether it was sent upon what the run had seen last, whatever others did meanwhile."""
        sizes, nodes = life.sizes.get(before.cluster_id), life.nodes.get(before.cluster_id, frozenset())
        if effect.operation == "scale_out" and life.sent.get(before.cluster_id) != sizes:
            yield f"is sent on {sizes} nodes, {life.sent.get(before.cluster_id)} are written down"
        instances = set(effect.body.get("instances", ()))
        if effect.operation == "attach" and instances & nodes:
            yield f"attaches {', '.join(sorted(instances & nodes))}, seen to be there"
        if effect.operation == "remove_nodes" and not set(effect.body["nodes"]) <= nodes:
            yield f"removes {', '.join(sorted(set(effect.body['nodes']) - nodes))}, not seen to be there"

    def _undisturbed(self, effect: Effect, life: Life) -> Iterator[str]:
        """Nobody else changed anything: the run knows what it finds.

        A create whose answer did not come in time is sent again while the name is free, by the same life or the next;
        whichever comes second is refused, be it that of a life that is over.
        """
        own = effect.name in life.created | life.tried | self.taken
        if effect.code == "ClusterNameAlreadyExist" and life is self.computer.life and not life.dead:
            if not own:
                yield "creates it twice"
            # A list that lacks it says again and again that the name is free.
            if effect.name in life.refused and not self._blind:
                yield "is sent again, though it is there"
            life.refused.add(effect.name)
        if effect.code == "ErrorNodeNotFound":
            yield "removes a node twice"
        late = life is not self.computer.life and effect.operation == "delete_cluster"
        if effect.code == "ErrorClusterState" and not late and effect.before and effect.before.state in _BUSY:
            yield f"is sent while the cluster is {effect.before.state}"
        if effect.operation == "attach" and not effect.code:
            twice = [
                i["instanceId"]
                for i in (effect.answer or {}).get("list", ())
                if i["code"] == "InstanceAlreadyInCluster"
            ]
            if twice and not self._blind:
                yield f"attaches {', '.join(twice)} twice"

    def _create(self, effect: Effect, life: Life) -> Iterator[str]:
        wanted = life.wanted.get(effect.name)
        if wanted is None:
            yield "nobody wants it"
            return
        # What the dead sent was in order when they sent it; another late call of theirs may be here before it.
        overtaken = life.disturbed or life is not self.computer.life
        clusters = self.account.clusters()
        for other in wanted.depends_on:
            if not overtaken and (other not in clusters or clusters[other].state == "initial"):
                yield f"comes before {other}, which it depends on"

    @staticmethod
    def _scale_out(effect: Effect, life: Life) -> Iterator[str]:
        wanted, before = life.wanted.get(effect.name), effect.before
        if wanted is None or before is None:
            yield "nobody wants it"
            return
        leaving = {i for i in before.attached if i.startswith(OWN) and i not in wanted.attached}
        after = len(before.workers - leaving) + effect.body["count"]
        if not life.disturbed and after != workers_of(wanted):
            yield f"leads to {after} workers, {workers_of(wanted)} are wanted"

    @staticmethod
    def _remove(effect: Effect, life: Life) -> Iterator[str]:
        wanted, before = life.wanted.get(effect.name), effect.before
        if wanted is None or before is None:
            yield "nobody wants it"
            return
        kept = sorted(set(effect.body["nodes"]) & set(wanted.attached))
        if kept:
            yield f"gives up {', '.join(kept)}, attached by the spec"
        released = [i for i in effect.body["nodes"] if i.startswith(OWN) and effect.body.get("release_node")]
        if released:
            yield f"releases {', '.join(released)}, which did not come with the cluster"

    def _delete(self, effect: Effect, life: Life) -> Iterator[str]:
        wanted = life.wanted.get(effect.name)
        said = wanted.lifecycle.prevent_destroy if wanted else None
        recorded = self.record().clusters.get(effect.name)
        protected = said if said is not None else bool(recorded and recorded.prevent_destroy)
        fresh = effect.before is not None and (effect.before.state == "failed" or not effect.before.made)
        if protected and not fresh:
            yield "is protected"
        if not life.disturbed and life is self.computer.life:
            yield from self._needed(effect.name, life)

    def _needed(self, name: str, life: Life) -> Iterator[str]:
        live = {seen.cluster_id for seen in self.account.clusters().values()}
        for other, known in self.record().clusters.items():
            leaves = life.choices.destroy or other not in life.wanted
            if leaves and name in known.depends_on and known.cluster_id in live:
                yield f"goes before {other}, which depends on it"

    def _strange(self, life: Life) -> set[str]:
        """Clusters of others that nobody asked to adopt. One may be taken for a cluster whose creation was lost."""
        if self.foreign <= self.adopted:
            return set()
        asked = {name for name, wanted in life.wanted.items() if wanted.lifecycle.adopt}
        clusters = self.account.clusters()
        named = {*life.choices.adopt, *asked, *life.creating} & clusters.keys()
        self.adopted |= {clusters[name].cluster_id for name in named}
        return self.foreign - self.adopted

    @property
    def _blind(self) -> bool:
        """Whether reads may not show what is there."""
        return any(rule["kind"] in SIGHTS for rule in self.account.service.faults.rules)

    # At the end of a run

    def ended(self, end: Ended, life: Life) -> None:
        self.broken += (f"the run {why}" for why in _ill_ended(end, life, self.expected))
        self.broken += self._secrets(end.output)
        self.broken += (f"{name} is there twice" for name in sorted(self.account.twins() - self.taken))
        self.broken += self._unrecorded(life)
        if not life.dead and isinstance(end.code, int) and not self.branched:
            self.broken += self._unattached()
        # A stale list shows what was deleted, and a name that is taken by it.
        stale = any(rule["kind"] == "stale" for rule in self.account.service.faults.rules)
        if "ACK2001" in end.output and not self.taken and not stale and not self.branched:
            self.broken.append("a cluster is live, but not recorded")
        self.check()

    def all_done(self, life: Life) -> None:
        """A run of everything that ended well: what is wanted is there, as it is recorded, and nothing else is recorded."""
        record, ids = self.record(), {answer["cluster_id"]: answer for answer in self.account.world.clusters()}
        for name, known in record.clusters.items():
            if known.cluster_id not in ids or ids[known.cluster_id]["name"] != name:
                self.broken.append(f"all is said to be done, and {name} is not there as it is recorded")
        lacking = sorted(life.wanted.keys() - record.clusters.keys())
        self.broken += [f"all is said to be done, and {name} is not recorded" for name in lacking]
        self.check()

    def no_twins(self, life: Life) -> None:
        """A run of everything that ended well: none of its names is that of two clusters."""
        if self._blind:
            return
        twins = sorted(self.account.twins() & {*life.wanted, *self.record().clusters})
        self.broken += [f"all is said to be done, and {name} is there twice" for name in twins]
        self.check()

    def _unrecorded(self, life: Life) -> Iterator[str]:
        recorded, written = self.record().clusters, self.computer.disk.leftover().entries
        known = {*recorded, *(entry.name for entry in written)}
        for name in sorted(life.created - known):
            if name in self.account.clusters():
                yield f"{name} was created, and is neither recorded nor written down"
        strange = self._strange(life)
        yield from (f"{name} is adopted unasked" for name, known in recorded.items() if known.cluster_id in strange)

    def _unattached(self) -> Iterator[str]:
        """Instances that are there by a call of ours, and neither recorded nor written down as being attached."""
        recorded, calls = fold(self.record(), self.computer.disk.leftover().entries)
        flying, removing = (
            {call.name for call in calls if call.facts.operation == operation}
            for operation in ("attach", "remove_nodes")
        )
        live = self.account.clusters()
        for name, known in recorded.clusters.items():
            if name in live and live[name].cluster_id == known.cluster_id and name not in flying:
                lost = {i for i in live[name].attached if i.startswith(OWN)} - set(known.attached)
                if lost:
                    yield f"{name}: {', '.join(sorted(lost))} attached, and neither recorded nor written down"
                made_up = set(known.attached) - live[name].attached
                if made_up and name not in self.loose | removing and live[name].state not in _BUSY:
                    yield f"{name}: {', '.join(sorted(made_up))} recorded as attached, and not there"

    def _secrets(self, output: str) -> Iterator[str]:
        texts = [output, *self.computer.disk.written]
        self.computer.disk.written.clear()
        for name, secret in SECRETS.items():
            if any(secret in text for text in texts):
                yield f"{name} is told"

    def record(self) -> Record:
        text = self.computer.disk.record
        return decode(text, "record") if text else Record("")

    # At the end of all

    def settled(self, wanted: Mapping[str, Wanted]) -> None:
        """Everything is as wanted, and recorded so."""
        disk, record = self.computer.disk, self.record()
        live = self.account.clusters()
        if disk.head is not None or disk.rows:
            self.broken.append("the journal is not empty")
        for name in sorted({*wanted, *record.clusters, *live}):
            if not name.startswith((FOREIGN, RENAMED)) and (name in wanted or name not in self.taken):
                self.broken += (f"{name}: {why}" for why in _unsettled(name, wanted, record, live))
        self.check()


def workers_of(wanted: Wanted) -> int:
    counting = wanted.kind.count_parameter
    return int(wanted.parameters[counting.name]) + len(wanted.attached) if counting else 0


def _ill_ended(end: Ended, life: Life, expected: frozenset[str]) -> Iterator[str]:
    fault = end.fault
    if isinstance(fault, Failure):
        wrong = [d for d in fault.diagnostics if d.code not in expected]
        if wrong:
            yield f"failed: {wrong[0]}"
    elif fault is not None and not isinstance(fault, ApiError):
        yield f"raised {fault!r}"
    if end.late:
        yield f"sent {', '.join(end.late)} after Ctrl-C"
    if end.unwritten:
        yield f"sent {', '.join(end.unwritten)} before it was written down"
    if end.unfinished:
        yield f"left tasks behind: {', '.join(end.unfinished)}"
    if end.code == 130 and not life.stopping:
        yield "calls itself interrupted"


def _unsettled(name: str, wanted: Mapping[str, Wanted], record: Record, live: Mapping[str, Seen]) -> Iterator[str]:
    want, known, seen = wanted.get(name), record.clusters.get(name), live.get(name)
    if want is None or known is None or seen is None:
        sides = {"wanted": want, "recorded": known, "live": seen}
        yield ", ".join(f"{side}: {'yes' if found else 'no'}" for side, found in sides.items())
        return
    if known.cluster_id != seen.cluster_id:
        yield "another cluster is recorded"
    if not known.created or seen.state != "running":
        yield f"is {seen.state}, recorded as created: {known.created}"
    if json.dumps({**known.parameters, **want.parameters}) != json.dumps(dict(known.parameters)):
        yield f"is recorded with {known.parameters}"
    yield from _unmanned(want, known, seen)


def _unmanned(want: Wanted, known: RecordedCluster, seen: Seen) -> Iterator[str]:
    attached = known.attached
    ours = {instance for instance in seen.attached if instance.startswith(OWN)}
    if not set(attached) == set(want.attached) == ours:
        yield f"attached are {sorted(ours)}, recorded {sorted(attached)}, wanted {sorted(want.attached)}"
    ignored = "num_of_nodes" in want.lifecycle.ignore_changes
    if not ignored and len(seen.workers) != workers_of(want):
        yield f"has {len(seen.workers)} workers, {workers_of(want)} are wanted"
    # What a spec does not say stays as it was applied.
    masters = want.kind.masters({**known.parameters, **want.parameters})
    if len(seen.masters) != masters:
        yield f"has {len(seen.masters)} masters, {masters} are wanted"


def facts(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
