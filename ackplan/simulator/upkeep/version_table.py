"""Which versions of Kubernetes there are, and which may follow which (DescribeKubernetesVersionMetadata).

A step goes to a newer build of the same minor version, or to the next minor version that there is; never past one and
never back. The dates, and which versions are creatable, are assumed.
"""

from __future__ import annotations

import functools
import json
import pkgutil
import re
from collections.abc import Mapping, Sequence

from ackplan.simulator import refusals
from ackplan.simulator.account import Ledger
from ackplan.simulator.group import Group, Invocation
from ackplan.simulator.json_types import Json, JsonObject, objects, text, texts
from ackplan.simulator.records import Cluster
from ackplan.simulator.refusals import Refusal

_TYPES = ("Kubernetes", "ManagedKubernetes")
_PROFILES = ("Default", "Edge", "Serverless")
_MODES = ("supported", "creatable")
_RUNTIMES = ("docker", "containerd", "Sandboxed-Container.runv")
# What a cluster has that does not say.
_UNTOLD = "1.14.6-aliyun.1"


@functools.cache
def _table() -> JsonObject:
    data = pkgutil.get_data("ackplan.simulator.upkeep", "versions.json")
    table: JsonObject = json.loads(data or "{}")
    return table


def numbers(version: str) -> tuple[int, ...]:
    """`1.32.1-aliyun.1` as (1, 32, 1, 1): later versions are greater."""
    return tuple(int(part) for part in re.findall(r"[0-9]{1,9}", version))


def _minor(version: str) -> tuple[int, ...]:
    return numbers(version)[:2]


def known() -> Sequence[str]:
    """All versions, oldest first."""
    return sorted((text(entry, "version") for entry in objects(_table(), "versions")), key=numbers)


def of(cluster: Cluster) -> str:
    """The version of a cluster's control plane."""
    shown = cluster.attributes.get("current_version") or cluster.attributes.get("init_version")
    return str(shown or _UNTOLD)


def is_named(version: str, name: str) -> bool:
    """Whether a name means a version: `1.32`, `1.32.1` or all of it."""
    return name in {version, version.partition("-")[0], ".".join(version.split(".")[:2])}


def steps(version: str) -> Sequence[str]:
    """The versions that one may be upgraded to, oldest first."""
    later = [other for other in known() if numbers(other) > numbers(version)]
    beyond = [_minor(other) for other in later if _minor(other) > _minor(version)]
    near = {_minor(version), *beyond[:1]}
    return [other for other in later if _minor(other) in near]


def check_step(version: str, target: str) -> str:
    """The full version that `target` names, which may be a minor version. Raises Refusal 400 where it can't follow."""
    if numbers(target) <= numbers(version):
        raise _refused(version, "it is not newer")
    named = [other for other in known() if is_named(other, target)]
    if not named:
        raise _refused(version, "there is no such version")
    allowed = [other for other in named if other in steps(version)]
    if not allowed:
        raise _refused(version, f"the next ones are {', '.join(steps(version)) or 'none'}")
    return allowed[-1]


def _refused(version: str, why: str) -> Refusal:
    message = f"a cluster of version {version[:32]} can't be upgraded to the one that is asked for: {why}"
    return Refusal(400, "ErrorClusterVersion", message)


def _list(ledger: Ledger, call: Invocation) -> Json:  # noqa: ARG001 - every account sees the same versions
    """Newest first. Of a version that is named it is told what it can be upgraded to, where that is asked for."""
    query = call.query
    for name in ("Region", "ClusterType"):
        if not query.get(name):
            raise refusals.missing(name)
    _choice(query, "ClusterType", _TYPES)
    _choice(query, "Profile", _PROFILES)
    mode = _choice(query, "Mode", _MODES) or "creatable"
    runtime = _choice(query, "runtime", _RUNTIMES)
    wanted, upgradable = query.get("KubernetesVersion", ""), call.flag("QueryUpgradableVersion")
    listed = [
        _entry(entry, runtime, upgradable=upgradable and bool(wanted))
        for entry in objects(_table(), "versions")
        if (entry["version"] == wanted if wanted else entry[mode])
    ]
    return listed[::-1]


def _choice(query: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    value = query.get(name, "")
    if value and value not in allowed:
        raise refusals.invalid(name, f"it is none of {', '.join(allowed)}")
    return value


def _entry(entry: Mapping[str, Json], runtime: str, *, upgradable: bool) -> JsonObject:
    version = text(entry, "version")
    images = [
        {name: value for name, value in image.items() if name != "runtimes"}
        for image in objects(_table(), "images")
        if not runtime or runtime in texts(image, "runtimes")
    ]
    return {
        "version": version,
        "creatable": entry["creatable"],
        "release_date": entry["release_date"],
        "expiration_date": entry["expiration_date"],
        "upgradable_versions": list(steps(version)) if upgradable else [],
        "runtimes": entry["runtimes"],
        "images": images,
        "capabilities": {},
        "meta_data": {},
    }


VERSIONS = Group(reads={"list_kubernetes_versions": _list})
