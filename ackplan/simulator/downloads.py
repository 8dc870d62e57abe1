"""What a cluster hands out: kubeconfig (guide 2.5), certificates (2.8), the join script of an edge node (2.7).

All of it has the right shape and none of it opens anything: there is no Kubernetes behind the simulator.
"""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Mapping

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.clock import stamp
from ackplan.simulator.json_types import Json, JsonObject, text
from ackplan.simulator.machine import State
from ackplan.simulator.records import Cluster, Task
from ackplan.simulator.today.showing import endpoints

_CLOSED = frozenset({State.INITIAL, State.FAILED, State.DELETING, State.DELETED})
_KUBECONFIG = """\
apiVersion: v1
clusters:
- cluster:
    server: {server}
    certificate-authority-data: {ca}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: "{user}"
  name: {user}-{cluster}
current-context: {user}-{cluster}
kind: Config
preferences: {{}}
users:
- name: "{user}"
  user:
    client-certificate-data: {cert}
    client-key-data: {key}
"""
_SCRIPT = (
    "wget http://aliacs-k8s-{region}.oss-{region}.aliyuncs.com/public/pkg/run/attach/{version}-aliyunedge.1/edgeadm"
    " -O edgeadm; chmod u+x edgeadm; ./edgeadm join --openapi-token={token} --node-spec={options}"
)


def certs(ledger: Ledger, cluster_id: str, turn: int = 0) -> JsonObject:
    """`config` as the guide has it, and the three parts that the API gives. `turn`: how often they were revoked."""
    cluster = opened(ledger, cluster_id, "certs")
    ca, cert, key = _parts(ledger, cluster, turn)
    return {"config": config(ledger, cluster, turn), "ca": ca, "cert": cert, "key": key}


def attach_script(ledger: Ledger, cluster_id: str, body: Mapping[str, Json]) -> str:
    """The script. Raises Refusal for a cluster that is not an edge one, and one that does not run."""
    cluster = opened(ledger, cluster_id, "attachscript")
    if cluster.kind != "edge":
        raise refusals.wrong_kind(cluster_id, "attachscript")
    options = {"enableIptables": True, "flannelIface": "eth0", "nodeNameStrategy": "hostname"}
    options |= {"assumeYes": True, **json.loads(text(body, "options", "{}"))}
    return _SCRIPT.format(
        region=cluster.attributes.get("region_id", "cn-hangzhou"),
        version=str(cluster.attributes.get("current_version", "1.14.6")).partition("-")[0],
        token=ledger.ids.text("token", f"{cluster_id}/{ledger.serial('token')}", 32),
        options=shlex.quote(json.dumps(options, separators=(",", ":"))),
    )


def logs(ledger: Ledger, cluster_id: str) -> list[JsonObject]:
    """Lines as `GET /clusters/{id}/logs` has them: each task's begin, and its end where it has one."""
    lines = []
    for task in ledger.store.tasks(cluster_id):
        lines.append((task, task.created, f"start to {task.operation}"))
        if task.updated > task.created:
            why = f"failed: {task.error['code']}: {task.error['message']}" if task.error else task.state
            lines.append((task, task.updated, f"{task.operation} {why}"))
    return [_line(number, *line) for number, line in enumerate(lines)]


def _line(number: int, task: Task, instant: float, text: str) -> JsonObject:
    when = {"created": stamp(instant), "updated": stamp(instant)}
    return {"ID": 590749245 + number, "cluster_id": task.cluster_id, "cluster_log": text, "log_level": "0004", **when}


def opened(ledger: Ledger, cluster_id: str, operation: str) -> Cluster:
    """A cluster that has something to hand out. Raises Refusal."""
    cluster = ledger.find(cluster_id)
    if cluster.kind == "foreign":
        raise refusals.wrong_kind(cluster_id, operation)
    if cluster.state in _CLOSED:
        raise refusals.wrong_state(cluster_id, cluster.state, operation)
    return cluster


def _parts(ledger: Ledger, cluster: Cluster, turn: int) -> tuple[str, str, str]:
    ids, name = ledger.ids, cluster.cluster_id
    again = f"/{turn}" if turn else ""
    return (
        ids.pem("CERTIFICATE", f"{name}/ca"),
        ids.pem("CERTIFICATE", f"{name}/client{again}"),
        ids.pem("RSA PRIVATE KEY", f"{name}{again}"),
    )


def config(ledger: Ledger, cluster: Cluster, turn: int = 0, *, private: bool = False) -> str:
    """The kubeconfig, after it was revoked `turn` times; with `private` it names the address inside of the VPC.

    A cluster without a public address is named by the one inside, whatever is asked for (assumed).
    """
    ca, cert, key = (base64.b64encode(part.encode()).decode() for part in _parts(ledger, cluster, turn))
    addresses = endpoints(cluster)
    inside = addresses["intranet_api_server_endpoint"]
    public = addresses["api_server_endpoint"] or inside or "https://127.0.0.1:6443"
    return _KUBECONFIG.format(
        server=inside if private else public,
        user="kubernetes-admin",
        cluster=cluster.cluster_id,
        ca=ca,
        cert=cert,
        key=key,
    )
