"""What the client makes of the real API's answers: errors, tasks, and what calls return."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from ack_double import Reply, Stage, played

from ackplan.adapters.ack import api_errors
from ackplan.app.errors import as_diagnostics
from ackplan.core.answers import Accepted, AttachedInstance
from tests.corpus.answers import RealAnswer, corpus, names

CLUSTER = "c6c917c6c0c36b28ccc8f2d6199bd0b73"
ACTS: Mapping[str, Callable[[Stage], Awaitable[Any]]] = {
    "list_clusters": lambda s: s.client.list_clusters(),
    "get_cluster": lambda s: s.client.get_cluster(CLUSTER),
    "list_nodes": lambda s: s.client.list_nodes(CLUSTER),
    "get_task": lambda s: s.client.get_task("T-1"),
    "create_cluster": lambda s: s.client.create_cluster("us-west-1", {"name": "shop-prod"}),
    "delete_cluster": lambda s: s.client.delete_cluster("us-west-1", CLUSTER),
    "scale_out": lambda s: s.client.scale_out("us-west-1", CLUSTER, {"count": 1}),
    "scale": lambda s: s.client.scale("us-west-1", CLUSTER, {"num_of_nodes": 3}),
    "attach": lambda s: s.client.attach("us-west-1", CLUSTER, {"instances": ["i-1"]}),
    "remove_nodes": lambda s: s.client.remove_nodes("us-west-1", CLUSTER, {"nodes": ["i-1"]}),
    "kubeconfig": lambda s: s.client.kubeconfig(CLUSTER),
    "certs": lambda s: s.client.certs(CLUSTER),
    "api": lambda s: s.client.call("GET", "/quota"),
}


def reply(answer: RealAnswer) -> Reply:
    return Reply(answer.status, answer.data, answer.headers)


def told(name: str) -> tuple[Any, Stage]:
    """What the call of an answer returned or raised."""
    answer = corpus()[name]
    return played(ACTS[answer.operation], reply(answer))


# Each error: its sort, its code, whether the cluster is known to be missing, whether it is tried again, and its cure.
ERRORS: dict[str, tuple[type[api_errors.Fault], str, bool, bool, str]] = {
    "error-415-plain-text": (api_errors.Rejected, "415", False, False, "Check what the message names"),
    "error-415-plain-text-as-500": (api_errors.Rejected, "415", False, False, "Check what the message names"),
    "error-balance": (api_errors.Rejected, "InsufficientBalance", False, False, "the account can pay"),
    "error-check-acl": (api_errors.Denied, "ErrorCheckAcl", False, False, "what these credentials may do"),
    "error-clock": (api_errors.Denied, "InvalidTimeStamp.Expired", False, False, "Set this machine's clock"),
    "error-cluster-state": (api_errors.Rejected, "ErrorClusterState", False, False, "until the cluster is running"),
    "error-deletion-protection": (
        api_errors.Rejected, "ErrorClusterDeletionProtection", False, False, "deletion protection off",
    ),
    "error-dependency-on-delete": (api_errors.Rejected, "DependencyViolation.Resource", False, False, "what still uses"),
    "error-expired-token": (api_errors.Denied, "InvalidSecurityToken.Expired", False, False, "token has expired"),
    "error-forbidden-sts": (api_errors.Denied, "StatusForbidden", False, False, "what these credentials may do"),
    "error-html-404": (api_errors.AnswerUnreadable, "AnswerUnreadable", False, False, "the network and --endpoint"),
    "error-key-inactive": (api_errors.Denied, "InvalidAccessKeyId.Inactive", False, False, "it is disabled"),
    "error-key-unknown": (api_errors.Denied, "InvalidAccessKeyId.NotFound", False, False, "Check the credentials"),
    "error-name-exists": (api_errors.NameExists, "ClusterNameAlreadyExist", False, False, "what has the name"),
    "error-name-exists-other-code": (
        api_errors.NameExists, "ErrorClusterNameAlreadyExist", False, False, "what has the name",
    ),
    "error-not-found": (api_errors.NotFound, "ErrorClusterNotFound", True, False, "the region and the account"),
    "error-qps-limit": (api_errors.Throttled, "QPS Limit Exceeded", False, True, "--rate"),
    "error-query-cluster-400": (api_errors.NotFound, "ErrorQueryCluster", True, False, "the region and the account"),
    "error-query-cluster-404": (api_errors.NotFound, "ErrorQueryCluster", True, False, "the region and the account"),
    "error-quota": (api_errors.Rejected, "QuotaExceeded.Cluster", False, False, "Check the quotas"),
    "error-role-404": (api_errors.Rejected, "EntityNotExist.Role", False, False, "the account's roles"),
    "error-role-missing": (api_errors.Rejected, "EntityNotExist.Role", False, False, "the account's roles"),
    "error-service-unavailable": (api_errors.ServerFault, "ServiceUnavailable", False, True, "Try again later"),
    "error-signature": (api_errors.Denied, "SignatureDoesNotMatch", False, False, "Check the credentials"),
    "error-throttling-429": (api_errors.Throttled, "Throttling.Api", False, True, "--rate"),
    "error-throttling-concurrent": (api_errors.Throttled, "Throttling.ConcurrentLimitExceeded", False, True, "--rate"),
    "error-throttling-user": (api_errors.Throttled, "Throttling.User", False, True, "--rate"),
    "error-xml-signature": (api_errors.Denied, "SignatureDoesNotMatch", False, False, "Check the credentials"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_what_an_error_means_and_what_to_do(name: str) -> None:
    kind, code, missing, repeated, cure = ERRORS[name]
    fault, stage = told(name)
    assert (type(fault), fault.code, fault.missing, fault.uncertain) == (kind, code, missing, False)
    assert (len(stage.seen) > 1) == repeated
    (diagnostic,) = as_diagnostics(fault)
    assert cure in diagnostic.cure


ENDS: dict[str, tuple[str, bool | None, str]] = {
    "task-2021-failed": ("fail", False, "i-2vinvented00000000036: failed"),
    "task-2021-running": ("running", None, ""),
    "task-2024-full": ("fail", False, "the vSwitch has no free address"),
    "task-2026-current-stage": ("running", None, ""),
    "task-state-canceled": ("canceled", False, "it was canceled"),
    "task-state-cancelled": ("canceled", False, "it was canceled"),
    "task-state-error": ("fail", False, "the quota is used up"),
    "task-state-fail": ("fail", False, "the quota is used up"),
    "task-state-failed": ("fail", False, "the quota is used up"),
    "task-state-paused": ("paused", False, "it is paused, and goes on only when somebody resumes it"),
    "task-state-pending": ("pending", None, ""),
    "task-state-succeeded": ("success", True, ""),
    "task-state-success": ("success", True, ""),
}


@pytest.mark.parametrize("name", ENDS)
def test_how_a_task_ends_and_why(name: str) -> None:
    state, well, why = ENDS[name]
    task, _ = told(name)
    assert (task.state, task.error_message) == (state, why)
    assert (task.running, task.failed) == (well is None, well is False)


RETURNED: dict[str, Any] = {
    "create-2021": Accepted("9AB62B5E-F34A-9854-38BF-DF7EE0102229", CLUSTER, "T-5a54309c80282e39ea00002f"),
    "create-2020-ask-with-instanceId": Accepted(
        "A9F7E979-65D6-CF79-9A52-9102A973B8B9", CLUSTER, "T-5faa48fb31b6b8078d000001"
    ),
    "delete-2021-empty": Accepted(""),
    "delete-2024": Accepted("9948C645-C094-2477-94F4-C7ACDBEB2BB6", CLUSTER, "T-60fea8ad2e277f0879000a0b"),
    "remove-2019-empty": Accepted(""),
    "remove-2021-list": Accepted("", None, "T-5a544aff80282e39ea00003a"),
    "remove-2024": Accepted("7C92CF1E-EE8D-99CC-85F8-355A3D6E4B86", CLUSTER, "T-60fea8ad2e277f0879000a0a"),
    "scale-2021": Accepted("8DDF8780-39B7-0767-C4A5-BCF4F0C4F65E", CLUSTER, "T-5a54309c80282e39ea000030"),
}


@pytest.mark.parametrize("name", RETURNED)
def test_what_was_accepted(name: str) -> None:
    assert told(name)[0] == RETURNED[name]


def test_what_was_attached() -> None:
    found, _ = told("attach-2021")
    assert found.instances == (AttachedInstance("i-2vinvented00000000036", "200", "successful"),)
    assert found.instances[0].succeeded


def test_what_a_cluster_hands_out() -> None:
    assert told("kubeconfig-2021")[0].text.startswith("\napiVersion: v1\n")
    assert sorted(told("certs-2018")[0]) == ["ca", "cert", "key"]


def test_any_call() -> None:
    assert told("quota-2021")[0] == (200, corpus()["quota-2021"].body)


def test_the_log_of_a_cluster() -> None:
    found, _ = played(lambda s: s.client.list_logs(CLUSTER), reply(corpus()["logs-2021"]))
    assert [line.text for line in found] == ["start to update cluster status to CREATE_COMPLETE"]


def test_nodes() -> None:
    assert [node.instance_id for node in told("nodes-2021")[0]] == ["i-2vinvented00000000036"]
    assert told("nodes-null")[0] == ()
    fault, _ = told("nodes-2021-page-of-more")
    assert isinstance(fault, api_errors.AnswerUnreadable | api_errors.AnswerTooLarge)
    mixed = [(n.instance_id, n.name, n.role, n.charge_type, n.state) for n in told("nodes-mixed")[0]]
    assert mixed == [
        ("i-2vinvented00000000001", "us-west-1.192.168.0.1", "Master", "PostPaid", "running"),
        ("i-2vinvented00000000002", "us-west-1.192.168.0.2", "Worker", "PrePaid", "running"),
        ("i-2vinvented00000000003", "", "Worker", "PostPaid", "failed"),
        ("", "edge-shop-7", "Worker", "PostPaid", "running"),
    ]


# What `tests/corpus` holds against commands.
BY_COMMANDS = ("list-", "detail-", "state-")
OTHERS = ["attach-2021", "kubeconfig-2021", "certs-2018", "quota-2021", "logs-2021", *names("nodes-")]


def test_every_answer_has_an_outcome() -> None:
    held = {*ERRORS, *ENDS, *RETURNED, *OTHERS}
    assert {name for name in corpus() if not name.startswith(BY_COMMANDS)} == held
