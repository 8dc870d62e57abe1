"""`ackplan doctor`: each thing that can stand in the way is found and has its cure; no secret is shown."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import re
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from alibabacloud_credentials.utils import auth_constant, auth_util
from projects import WEB, Project

from ackplan.adapters.local.lock import locked
from ackplan.adapters.local.process import this_process
from ackplan.adapters.local.sqlite_journal import SqliteJournal
from ackplan.record.journal import RunHead
from tests.certificates import certificate
from tests.running import Command, command_line, simulator

SECRET = "TheSecretOfTheKey30"
KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAItestkeyid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET}
PASSWORD = {"ACK_NODE_PASSWORD": "Cluster123"}
NOWHERE = {"ACKPLAN_ENDPOINT": "http://127.0.0.1:1"}


@pytest.fixture(autouse=True)
def _no_other_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None of this machine's, and no question to its metadata service."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(auth_constant, "HOME", str(tmp_path / "home"))
    for name in ("access_key_id", "access_key_secret", "security_token", "profile_name", "credentials_uri"):
        monkeypatch.setattr(auth_util, f"environment_{name}", None)
    monkeypatch.setattr(auth_util, "environment_ecs_metadata_disabled", "true")
    monkeypatch.setattr(auth_util, "enable_oidc_credential", False)


@contextlib.contextmanager
def endpoint(pem: Path | None = None, answer: object = (), **headers: str) -> Iterator[str]:
    """A server that answers everything with an empty list, or with this, and these headers."""

    async def answered(_request: web.Request) -> web.Response:
        return web.json_response(answer, headers=headers)

    loop, ready, found = asyncio.new_event_loop(), threading.Event(), []

    async def begin() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answered)
        runner = web.AppRunner(app)
        await runner.setup()
        tls = None
        if pem is not None:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(pem)
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        found.append((f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}", runner))
        ready.set()

    def main() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(begin())
        loop.run_forever()
        loop.run_until_complete(found[0][1].cleanup())

    thread = threading.Thread(target=main, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield found[0][0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def project(folder: Path) -> Path:
    """A folder in which nothing is wrong."""
    (folder / "ackplan.yaml").write_text(WEB, "utf-8")
    (folder / ".gitignore").write_text(".ackplan/\n", "utf-8")
    git(folder, "init", "--quiet")
    return folder


def checks(done: Command) -> dict[str, dict[str, Any]]:
    return {check["check"]: check for check in json.loads(done.out)["checks"]}


def doctor(folder: Path, *arguments: str, **environment: str) -> dict[str, dict[str, Any]]:
    done = command_line(
        folder, "doctor", "--format", "json", *arguments, environment={**KEYS, **NOWHERE, **environment}
    )
    found = checks(done)
    failed = any(check["status"] == "failed" for check in found.values())
    assert (done.code, json.loads(done.out)["ok"]) == (int(failed), not failed)
    assert SECRET not in done.out + done.err
    return found


def finding(check: dict[str, Any]) -> tuple[str, str, str]:
    (found,) = check["findings"]
    return check["status"], found["code"], found["cure"]


def test_where_nothing_is_wrong_it_says_so(tmp_path: Path) -> None:
    project(tmp_path)
    with simulator() as api:
        done = command_line(
            tmp_path, "doctor", environment={**api.credentials, **PASSWORD, "ACKPLAN_ENDPOINT": api.url}
        )
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line[:23] for line in lines[:11]] == [
        "OK       spec          ",
        "OK       secrets       ",
        "OK       record        ",
        "OK       state folder  ",
        "OK       lock          ",
        "OK       journal       ",
        "OK       git           ",
        "OK       endpoint      ",
        "OK       clock         ",
        "OK       credentials   ",
        "OK       signature     ",
    ]
    assert "from ALIBABA_CLOUD_ACCESS_KEY_ID and its companions" in lines[9]
    assert lines[-1] == "No problems found."
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", ".gitignore", "ackplan.yaml"]


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ({}, "the environment variable ACK_NODE_PASSWORD is not set"),
        ({"ACK_NODE_PASSWORD": "cluster"}, "the environment variable ACK_NODE_PASSWORD does not hold 8 to 30"),
    ],
)
def test_secrets_that_are_missing_or_weak_are_said_and_stop_no_plan(
    password: dict[str, str], said: str, tmp_path: Path
) -> None:
    project(tmp_path)
    attached = WEB + "    attach: [{instances: [i-2zee3oiwcyoz7kwdo8bt], password: {file: root.txt}}]\n"
    (tmp_path / "ackplan.yaml").write_text(attached, "utf-8")
    check = doctor(tmp_path, **password)["secrets"]
    assert (check["status"], check["said"]) == ("warning", "0 of 2 can be used here")
    assert [found["code"] for found in check["findings"]] == ["ACK3099", "ACK3099"]
    details = " ".join(found["detail"] for found in check["findings"])
    assert said in details
    assert "the file root.txt is not there" in details
    assert "cluster" not in check["said"]


def test_a_secret_of_several_clusters_is_said_once(tmp_path: Path) -> None:
    project(tmp_path)
    twice = WEB + WEB[WEB.index("  web:") :].replace("  web:", "  other:", 1)
    (tmp_path / "ackplan.yaml").write_text(twice, "utf-8")
    (told,) = doctor(tmp_path)["secrets"]["findings"]
    assert "here and in one other place" in told["detail"]
    assert doctor(tmp_path, **PASSWORD)["secrets"]["said"] == "1 of 1 can be used here"


def test_whose_credentials_they_are_is_said_and_of_the_key_its_ends(tmp_path: Path) -> None:
    project(tmp_path)
    who = {"AccountId": "1234567890123456", "Arn": "acs:ram::1234567890123456:user/deploy"}
    with endpoint(answer=who) as url:
        check = doctor(tmp_path, "--endpoint", url, ACKPLAN_STS_ENDPOINT=url)["credentials"]
    assert check["said"].endswith(", key LTAI…eyid, of account 1234567890123456: acs:ram::1234567890123456:user/deploy")
    assert KEYS["ALIBABA_CLOUD_ACCESS_KEY_ID"] not in json.dumps(check)


def test_a_folder_that_is_read_only_is_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    project(tmp_path)
    (tmp_path / "state").mkdir()
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    (told,) = doctor(tmp_path)["state folder"]["findings"]
    assert (told["code"], told["detail"]) == ("ACK3092", "state and .: Read-only file system")


def test_the_region_says_where_it_comes_from_and_which_the_spec_has(tmp_path: Path) -> None:
    project(tmp_path)
    spec = "; the spec's clusters are in cn-beijing"
    assert doctor(tmp_path)["region"]["said"] == f"cn-hangzhou in calls that name no cluster: the default{spec}"
    assert "from --region" in doctor(tmp_path, "--region", "us-west-1")["region"]["said"]
    assert "from ACKPLAN_REGION" in doctor(tmp_path, ACKPLAN_REGION="us-west-1")["region"]["said"]


def test_it_is_all_of_one_language(tmp_path: Path) -> None:
    project(tmp_path)
    done = command_line(tmp_path, "doctor", "--sandbox", "--lang", "zh", environment=PASSWORD)
    words = re.findall(r"[A-Za-z]{3,}", re.sub(r"\.ackplan/sandbox|cn-[a-z]+|default|API|git|loopback", "", done.out))
    assert words == []


def test_the_sandbox_needs_no_credentials(tmp_path: Path) -> None:
    project(tmp_path)
    done = command_line(tmp_path, "doctor", "--sandbox")
    assert done.code == 0, done.out
    assert "taken (the embedded API); 0 live clusters can be seen" in done.out


def test_spec_and_record_that_are_wrong(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "ackplan.yaml").write_text(WEB.replace("num_of", "nmu_of"), "utf-8")
    (tmp_path / "state").mkdir()
    (tmp_path / "state/default.json").write_text("{", "utf-8")
    found = doctor(tmp_path)
    assert found["spec"]["status"] == "failed"
    assert found["spec"]["findings"][0]["at"] == "ackplan.yaml:5:3"
    assert finding(found["record"])[:2] == ("failed", "ACK3001")
    (tmp_path / "ackplan.yaml").unlink()
    assert finding(doctor(tmp_path)["spec"])[:2] == ("failed", "ACK1020")


def test_folders_that_can_not_be_written(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "state").write_text("a file, not a folder", "utf-8")
    assert finding(doctor(tmp_path)["state folder"])[:2] == ("failed", "ACK3092")


def test_a_lock_that_is_held_and_one_that_was_left(tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / ".ackplan/default.lock"
    seen: list[Any] = []

    async def main() -> None:
        async with locked(path, this_process("ackplan apply", "2026-01-01T00:00:00Z", {}), 0, asyncio.sleep):
            seen.append(path.read_bytes())
            seen.append(await asyncio.to_thread(doctor, tmp_path))

    asyncio.run(main())
    note, found = seen
    assert finding(found["lock"]) == ("warning", "ACK3093", "Wait until that run ends")
    path.write_bytes(note)
    status, code, cure = finding(doctor(tmp_path)["lock"])
    assert (status, code) == ("warning", "ACK3093")
    assert cure.endswith(f"ackplan unlock {json.loads(note)['id']}")


def test_a_run_that_was_interrupted(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / ".ackplan").mkdir()
    journal = SqliteJournal(tmp_path / ".ackplan/default.journal")
    journal.replace(RunHead("run1", "digest", "", 0), ())
    journal.close()
    assert finding(doctor(tmp_path)["journal"]) == ("warning", "ACK3094", "Finish it: ackplan apply")


def test_what_git_keeps(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / ".gitignore").write_text("state/\n", "utf-8")
    found = doctor(tmp_path)["git"]
    assert [(f["severity"], f["code"]) for f in found["findings"]] == [("error", "ACK3096"), ("warning", "ACK3095")]
    (tmp_path / ".ackplan").mkdir()
    (tmp_path / ".ackplan/default.lock").touch()
    git(tmp_path, "add", ".ackplan")
    (tmp_path / ".gitignore").write_text(".ackplan/\n", "utf-8")
    status, code, cure = finding(doctor(tmp_path)["git"])
    assert (status, code) == ("failed", "ACK3096")
    assert "git rm -r --cached .ackplan" in cure


def test_outside_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ackplan.yaml").write_text(WEB, "utf-8")
    monkeypatch.setenv("PATH", "")
    assert finding(doctor(tmp_path)["git"])[:2] == ("warning", "ACK3095")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:1", "no connection to 127.0.0.1:1"),
        ("https://127.0.0.1:1", "no connection to 127.0.0.1:1"),
        ("http://cs.example", "signed requests do not go to cs.example in clear text"),
        ("cs.example", "it has to begin with https://"),
    ],
)
def test_an_endpoint_that_is_not_there_or_not_one(url: str, said: str, tmp_path: Path) -> None:
    found = doctor(project(tmp_path), "--endpoint", url)
    assert found["endpoint"]["status"] == "failed"
    assert said in found["endpoint"]["findings"][0]["detail"]
    assert (found["signature"]["status"], found["credentials"]["status"]) == ("skipped", "ok")
    assert "clock" not in found


def test_a_proxy_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    proxy = {"HTTPS_PROXY": f"http://user:{SECRET}@127.0.0.1:1"}
    found = doctor(project(tmp_path), "--endpoint", "https://cs.example", **proxy)
    assert (found["endpoint"]["status"], found["endpoint"]["said"]) == ("failed", "asked for by the proxy 127.0.0.1:1")
    refused = doctor(tmp_path, "--endpoint", "https://cs.example", HTTPS_PROXY="ftp://127.0.0.1:1")
    assert "neither http nor https" in refused["endpoint"]["findings"][0]["detail"]


def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with endpoint(pem) as url:
        refused = doctor(project(tmp_path), "--endpoint", url)
        trusted = doctor(tmp_path, "--endpoint", url, "--ca-file", str(pem))
    assert finding(refused["endpoint"])[0] == "failed"
    assert "--ca-file" in refused["endpoint"]["findings"][0]["detail"]
    assert (trusted["endpoint"]["status"], trusted["signature"]["status"]) == ("ok", "ok")


@pytest.mark.parametrize(
    ("date", "status", "said"),
    [
        ("Thu, 01 Jan 2026 00:00:00 GMT", "failed", "ahead of the endpoint"),
        ("Fri, 01 Jan 2100 00:00:00 GMT", "failed", "behind the endpoint"),
        ("yesterday", "skipped", "does not say"),
    ],
)
def test_a_clock_that_is_off(date: str, status: str, said: str, tmp_path: Path) -> None:
    with endpoint(Date=date) as url:
        found = doctor(project(tmp_path), "--endpoint", url)
    assert (found["clock"]["status"], said in found["clock"]["said"]) == (status, True)
    if status == "failed":
        assert finding(found["clock"])[1] == "ACK3090"


def test_credentials_that_are_missing_or_refused(tmp_path: Path) -> None:
    project(tmp_path)
    none = doctor(tmp_path, ALIBABA_CLOUD_ACCESS_KEY_ID="", ALIBABA_CLOUD_ACCESS_KEY_SECRET="")
    assert none["credentials"]["status"] == "failed"
    assert "Set ALIBABA_CLOUD_ACCESS_KEY_ID and" in none["credentials"]["findings"][0]["detail"]
    half = doctor(tmp_path, ALIBABA_CLOUD_ACCESS_KEY_SECRET="")
    assert "set both" in half["credentials"]["findings"][0]["detail"]
    with simulator() as api:
        refused = doctor(tmp_path, "--endpoint", api.url)
        wrong = doctor(tmp_path, "--endpoint", api.url, ALIBABA_CLOUD_ACCESS_KEY_ID="sandbox")
    assert finding(refused["signature"])[0] == "failed"
    assert "InvalidAccessKeyId" in refused["signature"]["findings"][0]["detail"]
    assert "SignatureDoesNotMatch" in wrong["signature"]["findings"][0]["detail"]


def test_credentials_of_a_profile(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "home/.aliyun").mkdir(parents=True)
    entry = {"name": "work", "mode": "AK", "access_key_id": "an-id", "access_key_secret": SECRET}
    (tmp_path / "home/.aliyun/config.json").write_text(json.dumps({"current": "work", "profiles": [entry]}))
    nothing = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}
    assert doctor(tmp_path, **nothing)["credentials"]["said"] == "from ~/.aliyun/config.json"
    named = doctor(tmp_path, "--profile", "work")
    assert named["credentials"]["said"] == "from profile work of ~/.aliyun/config.json"
    assert doctor(tmp_path, "--profile", "wrok")["credentials"]["status"] == "failed"


def test_a_region_that_is_none(tmp_path: Path) -> None:
    project(tmp_path)
    assert finding(doctor(tmp_path, "--region", "Peking")["region"])[:2] == ("warning", "ACK3091")
    assert doctor(tmp_path, "--region", "cn-beijing")["region"]["status"] == "ok"


def test_text_shows_each_cure(project_of_web: Project) -> None:
    done = project_of_web.run("doctor", environment=NOWHERE)
    assert done.code == 1
    assert "failed   endpoint" in done.out
    assert "Check the network and --endpoint" in done.out
    assert done.out.splitlines()[-1] == "1 check failed."


@pytest.fixture
def project_of_web(tmp_path: Path) -> Iterator[Project]:
    with simulator() as api:
        yield Project(project(tmp_path), api)
