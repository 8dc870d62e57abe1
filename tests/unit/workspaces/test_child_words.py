"""What the process of one workspace is started with: its own settings, its own credentials, nothing of another one's."""

from __future__ import annotations

from pathlib import Path

import pytest

from ackplan.cli.commands.plan import command
from ackplan.workspaces.child_words import SharedOptions, environment_of, state_of, words_of
from ackplan.workspaces.model import WorkspaceEntry
from ackplan.workspaces.runner import WorkspaceOrder

SECRETS = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "id",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "token",
    "ALIBABA_CLOUD_ROLE_ARN": "arn",
    "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "file",
    "ALICLOUD_ACCESS_KEY": "id",
}
STORES = {"AWS_SECRET_ACCESS_KEY": "s3", "OSS_ACCESS_KEY_SECRET": "oss", "PGPASSWORD": "pg"}
PLAIN = {"PATH": "/bin", "HOME": "/h", "ACK_NODE_PASSWORD": "p", "ACKPLAN_VAR_size": "3", "ACKPLAN_ENDPOINT": "x",
         "ALIBABA_CLOUD_STS_REGION": "cn-beijing"}  # fmt: skip
EVERYTHING = {**SECRETS, **STORES, **PLAIN}


def test_a_profile_gets_no_credentials_of_the_environment() -> None:
    assert environment_of(WorkspaceEntry("a", "a", "shop"), EVERYTHING, "state/") == PLAIN


def test_without_a_profile_those_of_the_environment_serve() -> None:
    assert environment_of(WorkspaceEntry("a", "a"), EVERYTHING, "state/") == {**SECRETS, **PLAIN}


@pytest.mark.parametrize(
    ("state", "name"),
    [("s3://b/p", "AWS_SECRET_ACCESS_KEY"), ("oss://b/p", "OSS_ACCESS_KEY_SECRET"), ("postgresql://h/d", "PGPASSWORD"),
     ("POSTGRES://h/d", "PGPASSWORD"), ("file:///x", ""), ("state/", "")],
)  # fmt: skip
def test_only_the_store_s_own_credentials_are_handed_on(state: str, name: str) -> None:
    kept = environment_of(WorkspaceEntry("a", "a", "shop", state=state), EVERYTHING, state)
    assert STORES.keys() & kept.keys() == ({name} if name else set())


def test_options_of_the_fleet_s_own_command_are_not_inherited() -> None:
    names = ("CHDIR", "FILE", "WORKSPACE", "FORMAT", "AUTO_APPROVE", "LOG_FILE", "WORKSPACES", "POLICY")
    environment = {f"ACKPLAN_{name}": "x" for name in names}
    assert environment_of(WorkspaceEntry("a", "a"), environment, "state/") == {}


def test_the_words_are_those_of_the_entry_before_those_of_the_fleet() -> None:
    entry = WorkspaceEntry(
        "a", "x/y", "shop", "cn-beijing", "http://own", "s3://b/p", "default", ("a.yaml",), ("v.yaml",)
    )
    shared = SharedOptions("state/", ("--endpoint=http://all", "--rate=3"))
    words = words_of(WorkspaceOrder(entry, "plan", ("--out=z",)), Path("/r"), shared)
    assert words[:3] == ["plan", "--chdir=/r/x/y", "--workspace=default"]
    assert words.index("--endpoint=http://all") < words.index("--endpoint=http://own")
    assert {"--profile=shop", "--state=s3://b/p", "--file=a.yaml", "--var-file=v.yaml"} <= {*words}
    assert words[-1] == "--out=z"
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word.partition("=")[0] for word in words[1:]} <= known


def test_a_sandbox_has_a_record_of_its_own() -> None:
    order = WorkspaceOrder(WorkspaceEntry("a", "a", state="s3://b/p"), "plan")
    words = words_of(order, Path(), SharedOptions("x/", ("--sandbox",), sandbox=True))
    assert not any(word.startswith("--state") for word in words)


@pytest.mark.parametrize(
    ("own", "shared", "variable", "state"),
    [("a/", "b/", "c/", "a/"), ("", "b/", "c/", "b/"), ("", "", "c/", "c/"), ("", "", "", "state/")],
)
def test_where_the_record_is(own: str, shared: str, variable: str, state: str) -> None:
    environment = {"ACKPLAN_STATE": variable} if variable else {}
    assert state_of(WorkspaceEntry("a", "a", state=own), environment, SharedOptions(shared)) == state
