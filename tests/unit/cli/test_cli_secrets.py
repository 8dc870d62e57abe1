"""Secrets from a file and from the environment: one rule, checked for all steps before the first call, never quoted."""

from __future__ import annotations

import json
import os

import pytest
from projects import WEB, Project

GOOD = "Node-password-1"
TWO = WEB.replace("{env: ACK_NODE_PASSWORD}", "{file: first}") + WEB.partition("clusters:\n")[2].replace(
    "  web:", "  api:"
).replace("{env: ACK_NODE_PASSWORD}", "{REFERENCE}\n    depends_on: [web]").replace("  # the shop\n", "")
SOURCES = ["{file: second}", "{env: SECOND}"]
TAKEN = {
    "as it is": GOOD,
    "a line end": f"{GOOD}\n",
    "Windows' line end": f"{GOOD}\r\n",
    "an old line end": f"{GOOD}\r",
    "a byte order mark": f"\ufeff{GOOD}",
    "both": f"\ufeff{GOOD}\r\n",
    "a blank inside": "Node password-1",
    "30 characters and both": f"\ufeff{'Aa1-' * 7}xy\n",
}
REFUSED = {
    "two lines": f"{GOOD}\nmore",
    "two line ends": f"{GOOD}\n\n",
    "two of Windows'": f"{GOOD}\r\n\r\n",
    "a line end before": f"\n{GOOD}",
    "a tab": f"Node\tpassword-1{GOOD[:3]}",
    "a tab behind": f"{GOOD}\t",
    "escape": f"\x1b{GOOD}",
    "delete": f"{GOOD}\x7f",
    "C1": f"{GOOD}\x85",
    "a blank behind": f"{GOOD} ",
    "a blank before": f" {GOOD}",
    "a blank before the line end": f"{GOOD} \n",
    "a blank behind the mark": f"\ufeff {GOOD}",
    "a hard blank": f"{GOOD}\u00a0",
    "a wide blank": f"\u3000{GOOD}",
    "two marks": f"\ufeff\ufeff{GOOD}",
    "a mark inside": "Node-\ufeffpassword-1",
    "no width": "Node-\u200bpassword-1",
    "a line separator": "Node-\u2028password-1",
    "turned round": "Node-\u202epassword-1",
    "too short": "Aa1-567",
    "too long": "Aa1-" * 8,
    "two classes": "node-password",
    "nothing": "\n",
}


def prepared(project: Project, source: str, value: bytes) -> dict[str, str]:
    project.write(TWO.replace("{REFERENCE}", source))
    (project.folder / "first").write_text(GOOD, "utf-8")
    (project.folder / "second").write_bytes(value)
    return {} if b"\0" in value else {"SECOND": os.fsdecode(value)}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", TAKEN)
def test_what_editors_add_is_cut(case: str, source: str, project: Project) -> None:
    environment = prepared(project, source, TAKEN[case].encode())
    done = project.run("apply", "--auto-approve", environment=environment)
    assert done.code == 0, done.err
    assert len(project.changing()) == 2


def refused(project: Project, environment: dict[str, str], *words: str) -> str:
    done = project.run(*words, environment=environment)
    assert done.code == 1, done.out
    assert not project.changing()
    assert "password-1" not in done.out + done.err
    return done.err


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", REFUSED)
def test_what_nobody_meant_is_refused_before_the_first_call(case: str, source: str, project: Project) -> None:
    """The first cluster's secret is good, and its create would be sent long before the second one's."""
    environment = prepared(project, source, REFUSED[case].encode())
    assert "ACK5006 api: login_password: Secret can't be used" in refused(
        project, environment, "apply", "--auto-approve"
    )
    assert project.run("plan", "--out", "it.plan", environment=environment).code == 0
    assert "ACK5006 api" in refused(project, environment, "apply", "it.plan")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("value", [b"\xff\xfe" + GOOD.encode("utf-16-le"), GOOD.encode() + b"\xe9"])
def test_other_encodings_are_refused(value: bytes, source: str, project: Project) -> None:
    environment = prepared(project, source, value.replace(b"\0", b"") if "env" in source else value)
    assert "is not UTF-8 text" in refused(project, environment, "apply", "--auto-approve")


def test_a_zero_byte_is_refused(project: Project) -> None:
    prepared(project, SOURCES[0], f"{GOOD}\0".encode())
    assert "control character" in refused(project, {}, "apply", "--auto-approve")


def test_all_that_is_wrong_is_told_at_once(project: Project) -> None:
    prepared(project, SOURCES[1], b"")
    (project.folder / "first").write_text(f"{GOOD} ", "utf-8")
    told = refused(project, {}, "apply", "--auto-approve", "--format", "json")
    assert told == ""
    done = project.run("apply", "--auto-approve", "--format", "json")
    messages = [json.loads(line) for line in done.out.splitlines()]
    codes = {message["diagnostic"]["summary"] for message in messages if "diagnostic" in message}
    assert codes == {"Secret is missing", "Secret can't be used"}, done.out


def test_a_secret_is_not_needed_where_nothing_takes_it(project: Project) -> None:
    project.applied(WEB)
    assert project.run("plan", environment={"ACK_NODE_PASSWORD": "x"}).code == 0
    assert project.run("destroy", "--auto-approve", environment={"ACK_NODE_PASSWORD": "x"}).code == 0
