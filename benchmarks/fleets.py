"""Fleets of any size: plain, with templates, with dependencies."""

from __future__ import annotations

from benchmarks import todays

BODY = """\
    cluster_type: ManagedKubernetes
    disable_rollback: true
    timeout_mins: 60
    kubernetes_version: 1.12.6-aliyun.1
    snat_entry: true
    cloud_monitor_flags: false
    endpoint_public_access: false
    node_cidr_mask: "25"
    proxy_mode: ipvs
    tags: [{key: team, value: shop}]
    addons: [{name: flannel}, {name: nginx-ingress-controller}]
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    worker_instance_charge_type: PostPaid
    vpcid: vpc-2zegvl5etah5requ09nec
    container_cidr: 172.20.0.0/16
    service_cidr: 172.21.0.0/20
    vswitch_ids: [vsw-2ze48rkq464rsdts1aaaa]
    login_password: {env: ACK_NODE_PASSWORD}
"""
SHAPES = ("plain", "templates", "chains", "stars", "layers")
_CHAIN = 20
_STAR = 50
_LAYER = 100


def fleet(count: int, shape: str = "plain", workers: int = 3) -> str:
    """The YAML of `count` managed clusters of 22 parameters each, or of today's clusters."""
    if shape == "today":
        return todays.HEAD + "".join(todays.cluster(name(number), workers) for number in range(count))
    head = "ackplan: 1\nregion: cn-beijing\n"
    if shape == "templates":
        head += f"templates:\n  web:\n{BODY}"
    clusters = "".join(_cluster(number, shape, workers) for number in range(count))
    return f"{head}clusters:\n{clusters}"


def _cluster(number: int, shape: str, workers: int) -> str:
    body = "    extends: web\n" if shape == "templates" else BODY
    needs = _needs(number, shape)
    depends = f"    depends_on: [{', '.join(needs)}]\n" if needs else ""
    return f"  {name(number)}:\n{body}    num_of_nodes: {workers}\n{depends}"


def _needs(number: int, shape: str) -> list[str]:
    if shape == "chains" and number % _CHAIN:
        return [name(number - 1)]
    if shape == "stars" and number % _STAR:
        return [name(number - number % _STAR)]
    if shape == "layers" and number >= _LAYER:
        return [name(number - _LAYER), name(number - _LAYER + 1)]
    return []


def name(number: int) -> str:
    return f"cluster-{number:05}"
