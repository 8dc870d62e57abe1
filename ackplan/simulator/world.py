"""The simulated account: clusters, nodes and tasks, and every call that reads or changes them.

Time moves on by itself: whatever has become due up to `clock.now()` has happened before a call looks. Each call is
one transaction; what it refuses it refuses with `Refusal`, and nothing has changed then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from ackplan.simulator import changing, creating, downloads, refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.completion import interrupt, settle_due
from ackplan.simulator.group import Act, Invocation
from ackplan.simulator.injection import ordered
from ackplan.simulator.injection.effect import KIND, Fate
from ackplan.simulator.injection.ordered import Waiting
from ackplan.simulator.injection.rule import Rule
from ackplan.simulator.json_types import Json, JsonObject, text
from ackplan.simulator.machine import Operation
from ackplan.simulator.pools.finding import pool_of_node
from ackplan.simulator.records import Cluster, LateCall, Task
from ackplan.simulator.seeding import seed
from ackplan.simulator.today import showing
from ackplan.simulator.traits import Traits
from ackplan.simulator.upkeep import kubeconfig_states, task_document
from ackplan.simulator.view import PLAIN, View


class World:
    """`body` arguments are bodies that the schemas have passed; answers are JSON values, as the guide shows them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._store = ledger.store

    def close(self) -> None:
        self._store.close()

    @contextlib.contextmanager
    def moment(self) -> Iterator[None]:
        """One transaction at one instant. May be nested: the outermost one counts."""
        with self._store.transaction() as outermost:
            if outermost:
                settle_due(self._ledger)
            yield

    @contextlib.contextmanager
    def look(self) -> Iterator[None]:
        """A moment that changes nothing more: inside another one there is nothing to undo."""
        if self._store.inside:
            yield
            return
        with self.moment():
            yield

    def load(self, document: Mapping[str, object]) -> None:
        """Adds a live state; see `seeding` for the document. Raises ValueError, and adds nothing then."""
        with self.moment():
            seed(self._ledger, document)

    def empty(self) -> bool:
        """Whether nothing was ever put in."""
        with self.moment():
            return self._store.count_clusters() == 0

    def count(self, name: str) -> int:
        """1, 2, 3, ... for each name, durably."""
        with self.moment():
            return self._store.count(name)

    def spend_nonce(self, nonce: str, now: float, keep: float) -> bool:
        """False for a nonce that was spent in the last `keep` seconds before `now`."""
        with self.moment():
            return self._store.spend_nonce(nonce, now, keep)

    def ordered_faults(self) -> Waiting:
        """Faults that somebody ordered, and that are still to come."""
        with self.look():
            return ordered.waiting(self._ledger)

    def meet(self, faults: Waiting, operation: str, cluster: str) -> list[Rule]:
        """What a call meets of these, which are for one call less then."""
        with self.moment():
            return ordered.meet(self._ledger, faults, operation, cluster)

    # Calls that read

    def clusters(
        self, name: str = "", cluster_type: str = "", view: View = PLAIN, resource_group: str = ""
    ) -> list[JsonObject]:
        """All clusters, Swarm ones too, or those whose name contains `name`, of this type and resource group."""
        with self.look():
            clusters = view.clusters(self._ledger)
        wanted = {"name": name, "cluster_type": cluster_type, "resource_group_id": resource_group}
        return [showing.listed(cluster) for cluster in clusters if showing.fits(cluster, wanted)]

    def clusters_paged(self, number: int, size: int, wanted: Mapping[str, str], view: View = PLAIN) -> JsonObject:
        """One page of the list, as today's clients ask for it; `wanted` are values of fields of its clusters."""
        with self.look():
            fitting = [cluster for cluster in view.clusters(self._ledger) if showing.fits(cluster, wanted)]
        page: JsonObject = {"page_number": number, "page_size": size, "total_count": len(fitting)}
        shown = [showing.listed(cluster, page=True) for cluster in fitting[(number - 1) * size : number * size]]
        return {"clusters": shown, "page_info": page}

    def cluster(self, cluster_id: str, view: View = PLAIN) -> JsonObject:
        with self.look():
            return showing.detail(self._seen(cluster_id, view))

    def _seen(self, cluster_id: str, view: View) -> Cluster:
        cluster = view.cluster(self._ledger, cluster_id)
        if cluster is None:
            raise self._ledger.missing(cluster_id)
        return cluster

    def nodes(
        self, cluster_id: str, page_number: int = 1, page_size: int = 10, state: str = "", view: View = PLAIN
    ) -> JsonObject:
        """One page of a cluster's nodes, those of one node pool alone where the view says so."""
        with self.look():
            cluster = self._seen(cluster_id, view)
            seen = [(node, pool_of_node(self._ledger, cluster, node)) for node in view.nodes(self._ledger, cluster_id)]
        found = [{**node.answer(), "nodepool_id": pool} for node, pool in seen if view.pool in {"", pool}]
        found = [node for node in found if state in {"", "all", node.get("state")} and view.wants(node)]
        start = (page_number - 1) * page_size
        page: JsonObject = {"page_number": page_number, "page_size": page_size, "total_count": len(found)}
        return {"nodes": found[start : start + page_size], "page": page}

    def task(self, task_id: str) -> JsonObject:
        with self.look():
            task = self._store.task(task_id)
        if task is None:
            raise refusals.task_not_found(task_id)
        return task_document.document(task, self._store.instant)

    def logs(self, cluster_id: str, view: View = PLAIN) -> list[JsonObject]:
        """What was done to a cluster and how it went, oldest first."""
        with self.look():
            self._seen(cluster_id, view)
            return downloads.logs(self._ledger, cluster_id)

    def ordered(self, cluster_id: str) -> Mapping[str, Json]:
        """The body of a cluster's create call; empty for one that was not made by a call."""
        with self.look():
            cluster = self._store.cluster(cluster_id)
        return cluster.ordered if cluster else {}

    def region_of(self, subject: str) -> str:
        """The region of a cluster, or of the one that a task is about; empty where it is not there."""
        with self.look():
            task = self._store.task(subject)
            cluster = self._store.cluster(task.cluster_id if task else subject)
        return str(cluster.attributes.get("region_id", "")) if cluster else ""

    @property
    def traits(self) -> Traits:
        return self._ledger.traits

    def missing(self, cluster_id: str) -> refusals.Refusal:
        """The answer about a cluster that is not there."""
        return self._ledger.missing(cluster_id)

    def name_of(self, cluster_id: str) -> str:
        """The cluster's name, empty where there is no such cluster."""
        with self.look():
            cluster = self._store.cluster(cluster_id)
        return cluster.name if cluster else ""

    def name_of_task(self, task_id: str) -> str:
        """The name of the cluster that a task is about, empty where there is no such task."""
        with self.look():
            task = self._store.task(task_id)
        return task.cluster_name if task else ""

    def kubeconfig(self, cluster_id: str) -> JsonObject:
        with self.look():
            return kubeconfig_states.hand_out(self._ledger, cluster_id)

    def certs(self, cluster_id: str) -> JsonObject:
        with self.look():
            return downloads.certs(self._ledger, cluster_id, kubeconfig_states.turn(self._ledger, cluster_id))

    def attach_script(self, cluster_id: str, body: Mapping[str, Json]) -> str:
        with self.look():
            return downloads.attach_script(self._ledger, cluster_id, body)

    # Calls that change

    def create(self, body: Mapping[str, Json], fate: Fate = KIND) -> JsonObject:
        with self.moment():
            return _accepted(creating.create(self._ledger, body, fate))

    def scale_out(self, cluster_id: str, body: Mapping[str, Json], fate: Fate = KIND) -> JsonObject:
        with self.moment():
            return _accepted(changing.scale_out(self._ledger, cluster_id, body, fate))

    def scale(self, cluster_id: str, body: Mapping[str, Json], fate: Fate = KIND) -> JsonObject:
        with self.moment():
            return _accepted(changing.scale(self._ledger, cluster_id, body, fate))

    def attach(self, cluster_id: str, body: Mapping[str, Json], fate: Fate = KIND) -> JsonObject:
        with self.moment():
            results, task = changing.attach(self._ledger, cluster_id, body, fate)
        return {"list": results, **({"task_id": task.task_id} if task else {})}

    def remove_nodes(self, cluster_id: str, body: Mapping[str, Json], fate: Fate = KIND) -> JsonObject:
        with self.moment():
            return _accepted(changing.remove_nodes(self._ledger, cluster_id, body, fate))

    def delete(self, cluster_id: str, fate: Fate = KIND) -> JsonObject:
        with self.moment():
            return _accepted(changing.delete(self._ledger, cluster_id, fate))

    def left(self, cluster_id: str) -> Json:
        """The cloud resources that the last deletion of a cluster left, those that were not made for it too."""
        with self.look():
            tasks = [task for task in self._store.tasks(cluster_id) if task.operation == Operation.DELETE]
        return tasks[-1].payload.get("left", []) if tasks else []

    def read(self, act: Act, call: Invocation) -> Json:
        """Carries out a reading call of a group."""
        with self.look():
            return act(self._ledger, call)

    def alter(self, act: Act, call: Invocation) -> Json:
        """Carries out a changing call of a group."""
        with self.moment():
            return act(self._ledger, call)

    def defer(self, call: Invocation, seconds: float) -> None:
        """Lets a changing call, whose body holds no secret, take its effect so many seconds from now."""
        with self.moment():
            due, subject = self._ledger.now() + seconds, call.places.get("id", "")
            late = LateCall(due, call.operation, subject, dict(call.body), call.fate)
            late.places, late.query = dict(call.places), dict(call.query)
            self._store.defer(late)

    def change(self, cluster_id: str, **attributes: Json) -> None:
        """Somebody changes what answers show of a cluster: its `name`, `deletion_protection`, `tags`."""
        with self.moment():
            cluster = self._ledger.find(cluster_id)
            cluster.name = text(attributes, "name", cluster.name)
            cluster.attributes |= {name: value for name, value in attributes.items() if name != "name"}
            self._store.keep_cluster(cluster)

    def turn_task(self, task_id: str, state: str) -> None:
        """Puts a task in a state, in which it stays; the cluster is as it was."""
        with self.moment():
            task = self._store.task(task_id)
            if task is None:
                raise refusals.task_not_found(task_id)
            task.state, task.due = state, None
            self._store.keep_task(task)

    def turn(self, cluster_id: str, state: str) -> None:
        """Puts a cluster in a state out of the blue; what it was busy with fails."""
        with self.moment():
            interrupt(self._ledger, cluster_id)
            cluster = self._ledger.find(cluster_id)
            cluster.state = state
            self._store.keep_cluster(cluster)


def _accepted(task: Task) -> JsonObject:
    return {"cluster_id": task.cluster_id, "task_id": task.task_id}
