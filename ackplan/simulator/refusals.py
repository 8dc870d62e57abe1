"""A call that the API turns down: status, code and message as a client gets them (guide 1.4).

Messages never quote a value that a client sent: it could be a secret.
"""

from __future__ import annotations


class Refusal(Exception):
    """`status` is the HTTP status, `code` the API's error code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message


def cluster_not_found(cluster_id: str, code: str, status: int) -> Refusal:
    return Refusal(status, code, f"cluster ({cluster_id[:64]}) not found in our records")


def protected(cluster_id: str) -> Refusal:
    return Refusal(400, "ErrorClusterDeletionProtection", f"deletion protection of cluster {cluster_id} is enabled")


def task_not_found(task_id: str) -> Refusal:
    return Refusal(404, "ErrorTaskNotFound", f"task ({task_id[:64]}) not found in our records")


def wrong_state(cluster_id: str, state: str, operation: str) -> Refusal:
    return Refusal(
        409, "ErrorClusterState", f"cluster {cluster_id} is {state}; {operation} is not allowed in this state"
    )


def wrong_kind(cluster_id: str, operation: str) -> Refusal:
    return Refusal(400, "ErrorClusterType", f"{operation} is not supported by the type of cluster {cluster_id}")


def missing(parameter: str) -> Refusal:
    return Refusal(
        400, "MissingParameter", f"The parameter {parameter} is mandatory for this action but was not supplied."
    )


def invalid(parameter: str, reason: str) -> Refusal:
    return Refusal(400, "InvalidParameter", f"The specified parameter {parameter} is not valid: {reason}.")
