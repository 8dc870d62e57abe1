"""`--otel`: a run's spans reach a collector, without a secret, and a collector never harms a run."""

from __future__ import annotations

import sys
from pathlib import Path
from unittest import mock

import pytest

from ackplan.adapters.otel import spans as otel
from tests.running import Command, Simulator, command_line, simulator
from tests.unit.adapters.otel_receiver import Receiver, facts, receiver

CANARY = "Canary-1-node-password"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    assert command_line(tmp_path, "init").code == 0
    return tmp_path


def run(project: Path, got: Receiver, *words: str, api: Simulator | None = None, **more: str) -> Command:
    environment = {
        "ACK_NODE_PASSWORD": CANARY,
        "OTEL_EXPORTER_OTLP_ENDPOINT": got.url,
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Canary-2-header",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test",
        **(api.credentials if api else {}),
        **more,
    }
    place = ("--endpoint", api.url) if api else ("--sandbox",)
    return command_line(project, *words, *place, environment=environment)


def test_an_apply_is_one_trace_of_command_phases_steps_and_calls(project: Path) -> None:
    with receiver() as got, simulator(time_scale=60_000) as api:
        done = run(project, got, "apply", "--auto-approve", "--otel", api=api, TRACEPARENT=f"00-{TRACE}-{PARENT}-01")
        assert done.code == 0, done.err
    whole, step = got.named("ackplan apply"), got.named("step create")
    assert {span.trace_id.hex() for span in got.spans} == {TRACE}
    assert whole.parent_span_id.hex() == PARENT
    assert facts(whole)["ackplan.exit_code"] == 0
    running = got.named("carry out")
    assert (step.parent_span_id, running.parent_span_id) == (running.span_id, whole.span_id)
    assert facts(step)["ackplan.step"] == "create:web-dev"
    assert facts(step)["ackplan.outcome"] == "done"
    assert {"read the spec", "look at what is live", "compare"} <= {span.name for span in got.spans}
    (call,) = [span for span in got.spans if span.name == "create_cluster"]
    assert call.parent_span_id == step.span_id
    told = facts(call)
    assert (told["http.request.method"], told["http.response.status_code"], told["ackplan.tries"]) == ("POST", 202, 1)
    assert told["aliyun.request_id"]
    resource = {fact.key: fact.value.string_value for fact in got.requests[0].resource_spans[0].resource.attributes}
    assert resource["service.name"] == "ackplan"
    assert resource["deployment.environment"] == "test"


def test_no_secret_is_in_what_is_sent(project: Path) -> None:
    with receiver() as got, simulator(time_scale=60_000) as api:
        assert run(project, got, "apply", "--auto-approve", "--otel", api=api).code == 0
    sent = b"".join(got.bodies)
    assert got.spans
    keys = [value for name, value in api.credentials.items() if "ACCESS_KEY" in name]
    assert len(keys) == 2
    for secret in (CANARY, "Canary-2-header", *keys):
        assert secret.encode() not in sent


def test_a_call_that_is_refused_is_told_by_its_code_alone(project: Path) -> None:
    with receiver() as got, simulator() as api:
        wrong = {**api.credentials, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "Canary-3-wrong"}
        done = run(project, got, "plan", "--otel", api=api, **wrong)
        assert done.code == 1
    call = got.named("list_clusters")
    assert call.status.code == 2
    assert call.status.message == facts(call)["error.type"] == "SignatureDoesNotMatch"
    assert got.named("ackplan plan").status.code == 2
    assert b"Canary-3-wrong" not in b"".join(got.bodies)


@pytest.mark.parametrize("words", [("plan",), ("drift",), ("destroy", "--auto-approve")])
def test_other_commands_have_it_too_by_their_variable(project: Path, words: tuple[str, ...]) -> None:
    with receiver() as got:
        assert run(project, got, *words, ACKPLAN_OTEL="1").code == 0
    assert got.named(f"ackplan {words[0]}")


def test_without_the_option_nothing_is_sent(project: Path) -> None:
    with receiver() as got:
        assert run(project, got, "plan").code == 0
    assert got.bodies == []


def test_workspaces_of_a_fleet_are_parts_of_its_trace(project: Path) -> None:
    (project / "workspaces.yaml").write_text("ackplan: 1\nworkspaces:\n  shop: {path: .}\n", "utf-8")
    with receiver() as got:
        done = run(project, got, "fleet", "plan", "--otel")
        assert done.code == 0, done.err
    whole, inner = got.named("ackplan fleet plan"), got.named("ackplan plan")
    assert (inner.trace_id, inner.parent_span_id) == (whole.trace_id, whole.span_id)


@pytest.mark.parametrize("status", [400, 503])
def test_a_collector_that_refuses_fails_nothing(project: Path, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otel, "PATIENCE", 0.5)
    with receiver(status) as got:
        done = run(project, got, "plan", "--otel", "--detailed-exitcode", OTEL_EXPORTER_OTLP_TIMEOUT="1")
    assert done.code == 2
    assert "Some traces of this run were not sent" in done.err


def test_a_collector_that_never_answers_is_waited_for_no_longer_than_the_bound(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otel, "PATIENCE", 0.1)
    with receiver() as got:
        got.held.clear()
        done = run(project, got, "plan", "--otel")
        assert got.bodies == [], "it still waits, and the run has ended"
    assert done.code == 0
    assert "Some traces of this run were not sent" in done.err


def test_without_the_extra_it_says_how_to_install_it(project: Path) -> None:
    with mock.patch.dict(sys.modules, {"opentelemetry.sdk.trace": None}):
        done = command_line(project, "plan", "--sandbox", "--otel")
    assert done.code == 1
    assert "ACK3160" in done.err
    assert "pip install 'ackplan[otel]'" in done.err
