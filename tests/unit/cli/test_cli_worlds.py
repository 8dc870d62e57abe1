"""Which world a command speaks to, and that nothing of one is planned, changed or recorded in another."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.running import Command, Simulator, command_line, simulator

OURS, OTHERS = "1000000000000001", "2000000000000002"
SPEC = """\
ackplan: 1
region: cn-beijing
clusters:
  a:
    cluster_type: Ask
    nat_gateway: "true"
"""


class Sts:
    """An STS of our own: answers each call for the caller's identity with what `answer` is."""

    def __init__(self) -> None:
        self.answer: tuple[int, bytes] = (200, b"")
        self.asked: list[dict[str, str]] = []
        sts = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sts.asked.append(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query)))
                status, body = sts.answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def says(self, account: Any) -> None:
        self.answer = (200, json.dumps({"AccountId": account, "Arn": "acs:ram::1:user/x"}).encode())


@pytest.fixture
def sts() -> Iterator[Sts]:
    served = Sts()
    thread = threading.Thread(target=served.server.serve_forever, daemon=True)
    thread.start()
    yield served
    served.server.shutdown()
    served.server.server_close()
    thread.join()


@pytest.fixture
def served() -> Iterator[Simulator]:
    with simulator(time_scale=100_000) as running:
        yield running


Run = Callable[..., Command]


@pytest.fixture
def run(tmp_path: Path, served: Simulator, sts: Sts) -> Run:
    """Runs a command in a project against the simulator, with the STS that says whose credentials it has."""
    (tmp_path / "ackplan.yaml").write_text(SPEC)

    def ackplan(*arguments: str, **environment: str) -> Command:
        known = {**served.credentials, "ACKPLAN_ENDPOINT": served.url, "ACKPLAN_STS_ENDPOINT": sts.url}
        return command_line(tmp_path, *arguments, environment={**known, **environment})

    return ackplan


def recorded(folder: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((folder / "state/default.json").read_text())
    return found


def rewrite(folder: Path, world: Mapping[str, str] | None) -> None:
    """The record as it is, of another world."""
    document = {**recorded(folder), "world": world}
    if world is None:
        del document["world"]
    (folder / "state/default.json").write_text(json.dumps(document))


def test_the_record_names_its_world(run: Run, sts: Sts, tmp_path: Path) -> None:
    sts.says(OURS)
    assert run("apply", "--auto-approve").code == 0
    assert recorded(tmp_path)["world"] == {"account": OURS, "endpoint": "loopback"}
    (asked, *_) = sts.asked
    assert (asked["Action"], asked["Version"]) == ("GetCallerIdentity", "2015-04-01")
    assert asked["AccessKeyId"] == "sandbox"
    assert {"Signature", "SignatureNonce", "Timestamp"} <= asked.keys()


@pytest.mark.parametrize(
    "answer",
    [(403, b'{"AccountId": "1"}'), (200, b"<html>"), (200, b'{"AccountId": true}'), (200, b"[]"), (500, b"")],
)
def test_an_account_that_is_not_told_stays_unknown(
    run: Run, sts: Sts, tmp_path: Path, answer: tuple[int, bytes]
) -> None:
    sts.answer = answer
    assert run("apply", "--auto-approve").code == 0
    assert recorded(tmp_path)["world"] == {"endpoint": "loopback"}


def test_an_sts_that_is_away_is_no_failure(run: Run, tmp_path: Path) -> None:
    assert run("apply", "--auto-approve", "--sts-endpoint", "http://127.0.0.1:1").code == 0
    assert recorded(tmp_path)["world"] == {"endpoint": "loopback"}


def test_for_an_endpoint_on_this_machine_nobody_else_is_asked(run: Run, sts: Sts, tmp_path: Path) -> None:
    assert run("apply", "--auto-approve", ACKPLAN_STS_ENDPOINT="").code == 0
    assert sts.asked == []
    assert recorded(tmp_path)["world"] == {"endpoint": "loopback"}


def test_another_port_of_this_machine_is_the_same_world(run: Run, sts: Sts, tmp_path: Path) -> None:
    sts.says(OURS)
    assert run("apply", "--auto-approve").code == 0
    with simulator() as elsewhere:
        planned = run("plan", "--endpoint", elsewhere.url)
    assert "ACK3016" not in planned.err + planned.out


@pytest.mark.parametrize(
    "command",
    [
        ("plan",),
        ("plan", "--destroy"),
        ("graph",),
        ("drift",),
        ("apply", "--auto-approve"),
        ("destroy", "--auto-approve"),
        ("import", "b"),
        ("import", "--all"),
        ("state", "mv", "a", "b"),
    ],
)
def test_another_account_than_the_record_s_is_refused(
    run: Run, sts: Sts, served: Simulator, tmp_path: Path, command: tuple[str, ...]
) -> None:
    sts.says(OURS)
    assert run("apply", "--auto-approve").code == 0
    before, calls = recorded(tmp_path), len(served.calls)
    sts.says(OTHERS)
    refused = run(*command, "--region", "cn-shanghai")
    assert (refused.code, refused.err[:7]) == (1, "ACK3016"), refused
    for named in (f"account {OURS}", f"account {OTHERS}", "region cn-shanghai", "endpoint loopback"):
        assert named in refused.err
    assert recorded(tmp_path) == before
    assert len(served.calls) == calls


@pytest.mark.parametrize("command", [("plan",), ("plan", "--no-refresh"), ("drift",), ("import", "b")])
def test_another_endpoint_than_the_record_s_is_refused(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    assert run("apply", "--auto-approve").code == 0
    rewrite(tmp_path, {"endpoint": "cs.aliyuncs.com"})
    refused = run(*command)
    assert (refused.code, refused.err[:7]) == (1, "ACK3016"), refused
    assert "endpoint cs.aliyuncs.com" in refused.err
    assert "endpoint loopback" in refused.err


def test_what_is_not_known_conflicts_with_nothing_and_is_taken_on(run: Run, sts: Sts, tmp_path: Path) -> None:
    assert run("apply", "--auto-approve").code == 0
    rewrite(tmp_path, None)
    sts.says(OURS)
    assert run("plan", "--detailed-exitcode").code == 0
    assert "world" not in recorded(tmp_path)
    (tmp_path / "ackplan.yaml").write_text(SPEC.replace("  a:\n", "  b:\n"))
    assert run("apply", "--auto-approve").code == 0
    assert recorded(tmp_path)["world"] == {"account": OURS, "endpoint": "loopback"}
    sts.says(None)
    assert run("plan", "--detailed-exitcode").code == 0


def test_a_plan_file_is_for_its_world(run: Run, sts: Sts, served: Simulator) -> None:
    sts.says(OURS)
    assert run("plan", "--out", "it.plan").code == 0
    assert json.loads(run("show", "it.plan", "--format", "json").out)["ackplan"]["world"] == {
        "account": OURS,
        "endpoint": "loopback",
    }
    assert (
        f"It is for account {OURS}, an endpoint on this machine, region cn-beijing, workspace default."
        in run("show", "it.plan").out
    )
    sts.says(OTHERS)
    refused = run("apply", "it.plan")
    assert (refused.code, refused.err[:7]) == (1, "ACK6010"), refused
    assert not [call for call in served.calls if call.method != "GET"]
    sts.says(OURS)
    assert run("apply", "it.plan").code == 0


def test_a_plan_of_the_sandbox_is_not_for_an_account(run: Run, served: Simulator) -> None:
    assert run("plan", "--sandbox", "--out", "it.plan").code == 0
    refused = run("apply", "it.plan", "--endpoint", "https://cs.example.com")
    assert (refused.code, refused.err[:7]) == (1, "ACK6010"), refused
    assert "endpoint loopback" in refused.err
    assert "endpoint cs.example.com" in refused.err
    assert served.calls == []


def test_the_spec_may_name_its_account(run: Run, sts: Sts, served: Simulator, tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(f'account: "{OURS}"\n{SPEC}')
    sts.says(OTHERS)
    for command in (("plan",), ("apply", "--auto-approve"), ("drift",), ("import", "a")):
        refused = run(*command)
        assert (refused.code, refused.err[:7]) == (1, "ACK2013"), refused
        assert OURS in refused.err
        assert OTHERS in refused.err
    assert served.calls == []
    sts.says(OURS)
    assert run("apply", "--auto-approve").code == 0


def test_a_plan_file_keeps_to_the_account_of_its_spec(run: Run, sts: Sts, tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(f'account: "{OURS}"\n{SPEC}')
    assert run("plan", "--out", "it.plan").code == 0
    sts.says(OTHERS)
    assert run("apply", "it.plan").err[:7] == "ACK6010"


def test_an_account_unknown_here_is_the_record_s(run: Run, sts: Sts, tmp_path: Path) -> None:
    sts.says(OURS)
    assert run("apply", "--auto-approve").code == 0
    sts.says(None)
    (tmp_path / "ackplan.yaml").write_text(f'account: "{OTHERS}"\n{SPEC}')
    refused = run("plan")
    assert (refused.code, refused.err[:7]) == (1, "ACK2013"), refused


def test_a_record_is_rebound(run: Run, sts: Sts, tmp_path: Path) -> None:
    sts.says(OURS)
    assert run("apply", "--auto-approve").code == 0
    rewrite(tmp_path, {"account": OTHERS, "endpoint": "cs.aliyuncs.com"})
    assert run("plan").err[:7] == "ACK3016"
    done = run("state", "rebind")
    assert done.code == 0, done
    assert f"account {OTHERS}" in done.out
    assert recorded(tmp_path)["world"] == {"account": OURS, "endpoint": "loopback"}
    assert run("plan", "--detailed-exitcode").code == 0


def test_a_record_of_another_world_is_not_pushed(run: Run, sts: Sts, tmp_path: Path) -> None:
    sts.says(OURS)
    assert run("apply", "--auto-approve").code == 0
    pushed = {**recorded(tmp_path), "world": {"account": OTHERS, "endpoint": "loopback"}, "serial": 9}
    (tmp_path / "other.json").write_text(json.dumps(pushed))
    assert run("state", "push", "other.json").err[:7] == "ACK3041"
    assert run("state", "push", "--force", "other.json").code == 0


def test_answers_tell_the_account_where_nothing_else_does(tmp_path: Path) -> None:
    told = json.dumps({"ControlPlaneLogConfig": {"aliuid": OURS}})
    cluster = {"name": "a", "cluster_type": "Ask", "region_id": "cn-beijing", "state": "running", "meta_data": told}
    (tmp_path / "ackplan.yaml").write_text(SPEC)
    with simulator(live={"clusters": [cluster]}) as served:
        environment = {**served.credentials, "ACKPLAN_ENDPOINT": served.url}
        done = command_line(tmp_path, "import", "a", environment=environment)
        assert done.code == 0, done
        assert recorded(tmp_path)["world"] == {"account": OURS, "endpoint": "loopback"}
        rewrite(tmp_path, {"account": OTHERS, "endpoint": "loopback"})
        refused = command_line(tmp_path, "plan", environment=environment)
        assert (refused.code, refused.err[:7]) == (1, "ACK3016"), refused


def test_doctor_and_show_say_the_world(run: Run, sts: Sts, tmp_path: Path) -> None:
    sts.says(OURS)
    assert run("apply", "--auto-approve").code == 0
    world = f"account {OURS}, endpoint loopback"
    assert world in run("doctor").out
    assert world in run("show").out
    assert json.loads(run("show", "--format", "json").out)["ackplan"]["world"] == recorded(tmp_path)["world"]
    sts.says(OTHERS)
    checked = run("doctor")
    assert checked.code == 1
    assert "ACK3016" in checked.out
