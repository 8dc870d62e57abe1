"""The simulator on the network: routes, refusals, what the log of calls shows, and faults of the connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import aiohttp
import pytest
import yarl
from aiohttp import web

from ackplan.simulator import SIMULATOR, Running, VirtualClock, make_app, serve
from tests.unit.simulator.callers import NOW, Request, call, example, send, settings


def play(scene: Callable[[Running], Awaitable[None]], **changes: Any) -> None:
    """Plays a scene against a simulator of its own; its clocks stand still at NOW."""

    async def main() -> None:
        async with serve(settings(**changes)) as running:
            await scene(running)

    asyncio.run(main())


def fault(kind: str, **more: Any) -> dict[str, Any]:
    return {"faults": [{"kind": kind, **more}]}


async def _logged(running: Running) -> None:
    """Returns once the simulator has logged a call."""
    while not running.calls:  # noqa: ASYNC110 - the log tells nobody
        await asyncio.sleep(0)


def test_a_cluster_from_its_creation_to_its_end() -> None:
    clock = VirtualClock(NOW)

    async def scene(running: Running) -> None:
        made = await call(running.url, "POST", "/clusters", example("managed"))
        assert made.status == 202
        assert set(made.json) == {"cluster_id", "task_id", "request_id"}
        assert made.headers["x-acs-request-id"] == made.json["request_id"]
        path = f"/clusters/{made.json['cluster_id']}"
        assert (await call(running.url, "GET", path)).json["state"] == "initial"
        clock.advance(3600)
        assert (await call(running.url, "GET", path)).json["state"] == "running"
        assert (await call(running.url, "GET", f"/tasks/{made.json['task_id']}")).json["state"] == "success"
        gone = await call(running.url, "DELETE", path)
        assert (gone.status, gone.json["cluster_id"]) == (202, made.json["cluster_id"])
        clock.advance(3600)
        assert (await call(running.url, "GET", path)).status == 404
        assert (await call(running.url, "GET", "/clusters")).json == []

    play(scene, clock=clock)


def test_time_scale() -> None:
    clock = VirtualClock(NOW)

    async def scene(running: Running) -> None:
        made = await call(running.url, "POST", "/clusters", example("managed"))
        clock.advance(0.8)
        assert (await call(running.url, "GET", f"/clusters/{made.json['cluster_id']}")).json["state"] == "initial"
        clock.advance(0.4)
        assert (await call(running.url, "GET", f"/clusters/{made.json['cluster_id']}")).json["state"] == "running"

    play(scene, clock=clock, time_scale=600.0)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("PATCH", "/clusters"),
        ("DELETE", "/clusters"),
        ("GET", "/clusters/c1/attach"),
        ("POST", "/clusters/c1"),
        ("GET", "/clusters/c1/nodes/more"),
        ("GET", "/clusters//nodes"),
    ],
)
def test_calls_that_the_api_does_not_have(method: str, path: str) -> None:
    async def scene(running: Running) -> None:
        answer = await call(running.url, method, path)
        assert (answer.status, answer.json["code"]) == (404, "InvalidAction.NotFound")
        assert running.calls[-1].operation == ""

    play(scene)


def test_an_unsigned_call_learns_nothing() -> None:
    async def scene(running: Running) -> None:
        async with aiohttp.ClientSession() as session:
            for path in ("/clusters", "/nowhere"):
                async with session.get(running.url + path, headers={"x-acs-version": "2015-12-15"}) as answer:
                    assert answer.status == 403
                    root = ElementTree.fromstring(await answer.text())
                    assert root.findtext("Code") == "MissingAuthorization"

    play(scene)


def test_a_replayed_request_is_refused_and_changes_nothing() -> None:
    async def scene(running: Running) -> None:
        body = json.dumps(example("managed")).encode()
        request = Request("POST", "/clusters", body=body, headers={"x-acs-signature-nonce": "n-1"})
        async with aiohttp.ClientSession() as session:
            assert (await send(session, running.url, request)).status == 202
            again = await send(session, running.url, request)
        assert (again.status, again.json["code"]) == (400, "SignatureNonceUsed")

    play(scene)


def test_a_nonce_is_spent_by_a_call_that_is_refused() -> None:
    async def scene(running: Running) -> None:
        request = Request("GET", "/clusters/cnowhere", headers={"x-acs-signature-nonce": "n-1"})
        async with aiohttp.ClientSession() as session:
            assert (await send(session, running.url, request)).status == 404
            assert (await send(session, running.url, request)).json["code"] == "SignatureNonceUsed"

    play(scene)


def test_pages_of_nodes_are_bounded() -> None:
    async def scene(running: Running) -> None:
        running.world.load({"clusters": [{"name": "a", "cluster_id": "c1", "size": 120}]})
        sizes = {"100": 200, "1": 200, "101": 400, "0": 400, "-1": 400, "ten": 400, "٣": 400, "9" * 50: 400, "": 400}
        for size, status in sizes.items():
            answer = await call(running.url, "GET", "/clusters/c1/nodes", query={"pageSize": size})
            assert answer.status == status, size
            if status == 200:
                assert len(answer.json["nodes"]) == int(size)
            else:
                assert "pageSize" in answer.json["message"]
        third = await call(running.url, "GET", "/clusters/c1/nodes", query={"pageNumber": 3, "pageSize": 50})
        assert len(third.json["nodes"]) == 20

    play(scene)


def test_a_body_that_is_too_large_is_refused() -> None:
    async def scene(running: Running) -> None:
        answer = await call(running.url, "POST", "/clusters", b"x" * (1 << 20) + b"x")
        assert (answer.status, answer.json["code"]) == (413, "RequestBodyTooLarge")
        assert (await call(running.url, "GET", "/clusters")).status == 200

    play(scene)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /clusters/%ff%fe HTTP/1.1\r\n",
        b"GET /clusters/\xff\xfe HTTP/1.1\r\n",
        b"GET /clusters?name=%ff&=&&a HTTP/1.1\r\n",
        b"GET http://cs.aliyuncs.com/clusters HTTP/1.1\r\n",
        b"GET /clusters HTTP/1.1\r\nAuthorization: acs \xff:\xff\r\n",
        b"GET /clusters HTTP/1.1\r\nx-acs-version: 2015-12-15\r\nAuthorization: acs a:b\r\nDate: \xff\r\n",
        b"POST /clusters HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n",
        b"POST /clusters HTTP/1.1\r\nTransfer-Encoding: chunked\r\n",
        b"POST /clusters HTTP/1.1\r\nContent-Length: ten\r\n",
        b"\x00\x01\x02\r\n",
    ],
)
def test_no_request_makes_a_server_error(head: bytes) -> None:
    async def scene(running: Running) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(head + b"Host: localhost\r\nConnection: close\r\n\r\nxyz\r\n\r\n")
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.")
        assert answer.split()[1].startswith(b"4")

    play(scene)


def test_signed_text_that_is_none_is_answered() -> None:
    """Past the signature, too: paths and names that are no UTF-8, or no text at all."""

    async def scene(running: Running) -> None:
        async with aiohttp.ClientSession() as session:
            for path in ("/clusters/%ff%fe", "/tasks/%00", "/clusters/%F0%9F%98%80"):
                request = Request(path=path)
                async with session.get(yarl.URL(running.url + path, encoded=True), headers=request.classic()) as answer:
                    assert answer.status == 404
                    assert (await answer.json())["code"] in {"ErrorClusterNotFound", "ErrorTaskNotFound"}

    play(scene)


def test_the_log_shows_calls_and_no_secrets() -> None:
    async def scene(running: Running) -> None:
        await call(running.url, "GET", "/clusters", query={"name": "a"})
        await call(running.url, "POST", "/clusters", example("managed", login_password="Hunter-2222"))
        await call(running.url, "POST", "/clusters", example("managed", login_password="Hunter"))
        listed, created, refused = running.calls
        assert (listed.method, listed.path, listed.operation, listed.body, listed.status) == (
            "GET",
            "/clusters",
            "list_clusters",
            None,
            200,
        )
        assert (created.operation, created.status, created.body["login_password"]) == ("create_cluster", 202, "***")
        assert (refused.status, refused.code) == (400, "InvalidParameter")
        assert created.request_id != refused.request_id
        assert "Hunter" not in repr(running.calls)

    play(scene)


def test_request_ids_do_not_repeat_after_a_restart(tmp_path: Path) -> None:
    seen = []

    async def scene(running: Running) -> None:
        seen.append((await call(running.url, "GET", "/clusters")).headers["x-acs-request-id"])

    for _ in range(3):
        play(scene, db=tmp_path / "world.db")
    assert len(set(seen)) == 3


def test_a_world_to_begin_with_is_loaded_once(tmp_path: Path) -> None:
    async def scene(running: Running) -> None:
        clusters = (await call(running.url, "GET", "/clusters")).json
        assert [cluster["name"] for cluster in clusters] == ["shop"]

    for _ in range(2):
        play(scene, db=tmp_path / "world.db", live={"clusters": [{"name": "shop"}]})


def test_other_keys_and_tokens() -> None:
    async def scene(running: Running) -> None:
        assert (await call(running.url, "GET", "/clusters")).json["code"] == "InvalidAccessKeyId.NotFound"
        own = {"key": "own", "secret": "s3cret"}
        assert (await call(running.url, "GET", "/clusters", **own)).json["code"] == "MissingSecurityToken"
        answer = await call(running.url, "GET", "/clusters", headers={"x-acs-security-token": "t"}, **own)
        assert answer.status == 200

    play(scene, access_keys={"own": "s3cret"}, security_tokens={"own": "t"})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_it_listens_on_loopback_only(host: str) -> None:
    async def main() -> None:
        async with serve(settings(), host=host):
            pass

    with pytest.raises(ValueError, match="loopback"):
        asyncio.run(main())


@pytest.mark.parametrize("scale", [0, -1, float("inf"), float("nan")])
def test_a_time_scale_is_above_zero(scale: float) -> None:
    with pytest.raises(ValueError, match="time_scale"):
        settings(time_scale=scale)


def test_it_runs_in_a_server_of_ones_own() -> None:
    async def main() -> None:
        app = make_app(settings())
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        answer = await call(f"http://127.0.0.1:{runner.addresses[0][1]}", "GET", "/clusters")
        assert answer.json == []
        assert len(app[SIMULATOR].calls) == 1
        await runner.cleanup()

    asyncio.run(main())


def test_a_port_that_is_taken_leaves_nothing_open() -> None:
    async def scene(running: Running) -> None:
        with pytest.raises(OSError, match="address"):
            async with serve(settings(), port=running.port):
                pass

    play(scene)


def test_a_bug_of_its_own_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(running: Running) -> None:
        def broken(*_: Any) -> Any:
            raise ZeroDivisionError

        monkeypatch.setattr(type(running.world), "clusters", broken)
        answer = await call(running.url, "GET", "/clusters")
        assert (answer.status, answer.json["code"]) == (500, "InternalError")

    play(scene)


def test_error_before_leaves_no_effect_and_error_after_does() -> None:
    async def scene(running: Running) -> None:
        before = await call(running.url, "POST", "/clusters", example("managed"))
        assert (before.status, before.json["Code"]) == (503, "ServiceUnavailable")
        assert running.world.clusters() == []
        after = await call(running.url, "POST", "/clusters", example("managed"))
        assert (after.status, after.json["code"]) == (500, "InternalError")
        assert len(running.world.clusters()) == 1
        assert (await call(running.url, "POST", "/clusters", example("managed", name="b"))).status == 202

    rules = [
        {"kind": "error", "nth": 1, "status": 503, "code": "ServiceUnavailable", "operation": "create_cluster"},
        {"kind": "error", "nth": 2, "when": "after", "operation": "create_cluster"},
    ]
    play(scene, faults={"faults": rules})


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_reset(when: str, made: int) -> None:
    async def scene(running: Running) -> None:
        with pytest.raises((aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)):
            await call(running.url, "POST", "/clusters", example("managed"))
        assert len(running.world.clusters()) == made
        assert running.calls[-1].status == 0

    play(scene, faults=fault("reset", when=when))


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_hang_for_good(when: str, made: int) -> None:
    async def scene(running: Running) -> None:
        waiting = asyncio.create_task(call(running.url, "POST", "/clusters", example("managed")))
        await _logged(running)
        assert (running.calls[-1].status, waiting.done()) == (0, False)
        assert len(running.world.clusters()) == made
        waiting.cancel()
        await asyncio.wait([waiting])
        assert (await call(running.url, "GET", "/clusters")).status == 200

    play(scene, faults=fault("hang", when=when, operation="create_cluster"))


def test_a_hanging_call_does_not_keep_the_simulator_from_ending() -> None:
    waiting: list[asyncio.Task[Any]] = []

    async def scene(running: Running) -> None:
        waiting.append(asyncio.create_task(call(running.url, "GET", "/clusters")))
        await _logged(running)

    async def main() -> None:
        async with serve(settings(faults=fault("hang"))) as running:
            await scene(running)
        with pytest.raises(aiohttp.ClientError):
            await waiting[0]

    asyncio.run(main())


class Watched(VirtualClock):
    """Remembers what it was asked to sleep, and what the world was like then."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.look: Callable[[], int] = lambda: -1
        self.slept: list[tuple[float, int]] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append((seconds, self.look()))


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_hang_for_some_time(when: str, made: int) -> None:
    clock = Watched()

    async def scene(running: Running) -> None:
        clock.look = lambda: len(running.world.clusters())
        answer = await call(running.url, "POST", "/clusters", example("managed"))
        assert answer.status == 202
        assert clock.slept == [(30, made)]
        assert len(running.world.clusters()) == 1

    play(scene, clock=clock, faults=fault("hang", when=when, seconds=30))


@pytest.mark.parametrize(
    ("more", "status", "waits"),
    [
        ({}, 429, (None, None)),
        ({"retry_after": 2}, 429, ("2", None)),
        ({"acs_retry_after": 1500, "status": 503, "code": "Throttling"}, 503, (None, "1500")),
    ],
)
def test_throttle(more: dict[str, Any], status: int, waits: tuple[str | None, str | None]) -> None:
    async def scene(running: Running) -> None:
        answer = await call(running.url, "POST", "/clusters", example("managed"))
        assert (answer.status, answer.json["code"]) == (status, more.get("code", "Throttling.User"))
        assert (answer.headers.get("Retry-After"), answer.headers.get("x-acs-retry-after")) == waits
        assert running.world.clusters() == []

    play(scene, faults=fault("throttle", **more))


def test_garbage_truncated_and_html_come_after_the_effect() -> None:
    async def scene(running: Running) -> None:
        garbage = await call(running.url, "POST", "/clusters", example("managed", name="a"))
        truncated = await call(running.url, "POST", "/clusters", example("managed", name="b"))
        page = await call(running.url, "POST", "/clusters", example("managed", name="c"))
        assert len(running.world.clusters()) == 3
        for answer in (garbage, truncated):
            assert (answer.status, answer.headers["Content-Type"]) == (202, "application/json;charset=utf-8")
            with pytest.raises(ValueError):
                answer.json  # noqa: B018 - raises
        assert truncated.body.startswith(b'{"cluster_id"')
        assert (page.status, page.headers["Content-Type"]) == (502, "text/html")
        assert page.body.startswith(b"<html>")

    rules = [{"kind": kind, "nth": number} for number, kind in enumerate(["garbage", "truncated", "html"], 1)]
    play(scene, faults={"faults": [{"operation": "create_cluster", **rule} for rule in rules]})


def test_drip() -> None:
    clock = Watched()

    async def scene(running: Running) -> None:
        answer = await call(running.url, "GET", "/clusters")
        assert answer.json == []
        assert clock.slept == [(0.5, -1)] * len(answer.body)

    play(scene, clock=clock, faults=fault("drip", seconds=0.5))


def test_faults_of_tasks_and_clusters() -> None:
    clock = VirtualClock(NOW)

    async def scene(running: Running) -> None:
        names = ("stuck", "fails", "turns")
        made = {
            name: (await call(running.url, "POST", "/clusters", example("managed", name=name))).json for name in names
        }
        states = {cluster["name"]: cluster["state"] for cluster in running.world.clusters()}
        assert states == {"stuck": "initial", "fails": "initial", "turns": "unavailable"}
        clock.advance(3600)
        states = {cluster["name"]: cluster["state"] for cluster in running.world.clusters()}
        assert states == {"stuck": "initial", "fails": "failed", "turns": "unavailable"}
        tasks = {name: running.world.task(made[name]["task_id"]) for name in names}
        assert [tasks[name]["state"] for name in names] == ["running", "fail", "fail"]
        assert tasks["fails"]["error"]["code"] == "OutOfStock"

    rules = [
        {"kind": "task_stuck", "cluster": "stuck"},
        {"kind": "task_fails", "cluster": "fails", "code": "OutOfStock"},
        {"kind": "cluster_state", "cluster": "turns", "state": "unavailable"},
    ]
    play(scene, clock=clock, faults={"faults": rules})


def test_attach_fails_for_some_instances() -> None:
    async def scene(running: Running) -> None:
        running.world.load({"clusters": [{"name": "shop", "cluster_id": "c1"}]})
        body = example("attach", instances=["i-good", "i-bad1", "i-bad2"])
        answer = (await call(running.url, "POST", "/clusters/c1/attach", body)).json
        assert [result["code"] for result in answer["list"]] == ["200", "Broken", "Broken"]
        assert answer["request_id"]

    play(scene, faults=fault("attach_fails", instances=["i-bad*"], code="Broken", cluster="shop"))


def test_clock_skew_is_seen_in_the_date() -> None:
    async def scene(running: Running) -> None:
        refused = await call(running.url, "GET", "/clusters")
        assert (refused.status, refused.json["code"]) == (400, "InvalidTimeStamp.Expired")
        assert refused.headers["Date"] == "Sun, 13 Sep 2020 13:26:40 GMT"
        assert (await call(running.url, "GET", "/clusters", now=NOW + 3600)).status == 200

    play(scene, faults=fault("clock_skew", seconds=3600))


def test_a_fault_of_a_task_is_met_by_the_name_of_its_cluster() -> None:
    async def scene(running: Running) -> None:
        made = [await call(running.url, "POST", "/clusters", example("managed", name=name)) for name in ("a", "b")]
        statuses = [(await call(running.url, "GET", f"/tasks/{answer.json['task_id']}")).status for answer in made]
        assert statuses == [200, 500]

    play(scene, faults=fault("error", operation="get_task", cluster="b"))


def test_faults_do_not_let_strangers_in() -> None:
    async def scene(running: Running) -> None:
        answer = await call(running.url, "POST", "/clusters", example("managed"), secret="other")
        assert answer.json["code"] == "SignatureDoesNotMatch"
        assert running.world.clusters() == []

    play(scene, faults=fault("hang", when="after"))


def test_a_served_request_can_be_read_in_xml() -> None:
    async def scene(running: Running) -> None:
        running.world.load({"clusters": [{"name": "商店", "cluster_id": "c1"}]})
        answer = await call(running.url, "GET", "/clusters", headers={"Accept": "application/xml"})
        assert answer.headers["Content-Type"] == "text/xml;charset=utf-8"
        assert ElementTree.fromstring(answer.body).findtext("Item/name") == "商店"

    play(scene)


def test_configs_do_not_show_secrets() -> None:
    shown = repr(replace(settings(), access_keys={"own": "s3cret"}, security_tokens={"own": "t0ken"}))
    assert "s3cret" not in shown
    assert "t0ken" not in shown
