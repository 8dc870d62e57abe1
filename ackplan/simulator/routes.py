"""Which call a request is (guide 2 and 3, and what today's clients add)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ackplan.simulator.incoming import Incoming
from ackplan.simulator.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Route:
    """One call. `subject` is the id in the path, of a cluster or a task; empty where there is none."""

    operation: str
    subject: str


_ROUTES = [
    ("GET", r"/clusters", "list_clusters"),
    ("GET", r"/api/v1/clusters", "list_clusters"),
    ("POST", r"/clusters", "create_cluster"),
    ("GET", r"/clusters/([^/]+)", "get_cluster"),
    ("PUT", r"/clusters/([^/]+)", "scale"),
    ("DELETE", r"/clusters/([^/]+)", "delete_cluster"),
    ("POST", r"/api/v2/clusters/([^/]+)", "scale_out"),
    ("POST", r"/clusters/([^/]+)/attach", "attach"),
    ("POST", r"/clusters/([^/]+)/attachscript", "attach_script"),
    ("POST", r"/clusters/([^/]+)/nodes", "remove_nodes"),
    ("POST", r"/api/v2/clusters/([^/]+)/nodes/remove", "remove_nodes"),
    ("GET", r"/clusters/([^/]+)/nodes", "list_nodes"),
    ("GET", r"/clusters/([^/]+)/certs", "certs"),
    ("GET", r"/k8s/([^/]+)/user_config", "kubeconfig"),
    ("GET", r"/api/v2/k8s/([^/]+)/user_config", "kubeconfig"),
    ("GET", r"/tasks/([^/]+)", "get_task"),
]
_COMPILED = [(method, re.compile(pattern), operation) for method, pattern, operation in _ROUTES]
OPERATIONS = frozenset(operation for _, _, operation in _ROUTES)
CHANGING = frozenset({"create_cluster", "scale_out", "scale", "attach", "remove_nodes", "delete_cluster"})
WITH_BODY = frozenset({"create_cluster", "scale_out", "scale", "attach", "attach_script", "remove_nodes"})


def find(request: Incoming) -> Route | None:
    """The call, None for one that the API does not have."""
    path = request.path.rstrip("/") or "/"
    for method, pattern, operation in _COMPILED:
        if method == request.method and (found := pattern.fullmatch(path)):
            return Route(operation, found[1] if pattern.groups else "")
    return None


def unknown() -> Refusal:
    return Refusal(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
