"""`ackplan kubeconfig`: what it writes, what it says, and what it refuses to take from the API."""

from __future__ import annotations

import stat
from pathlib import Path
from unittest import mock

import pytest
import yaml
from projects import WEB, Project

from ackplan.adapters.ack import AckClient
from ackplan.core.answers import Kubeconfig

OWN = "# mine\nkind: Config\ncurrent-context: home\nclusters: []  # none\ncontexts: []\nusers: []\n"
EVIL = """\
clusters: [{name: k, cluster: {server: "https://192.0.2.1"}}]
contexts: [{name: c, context: {cluster: k, user: u}}]
users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh}}}]
current-context: c
"""


@pytest.fixture
def applied(project: Project) -> Project:
    return project.applied(WEB)


def merge(project: Project, *words: str) -> tuple[int, str]:
    done = project.run("kubeconfig", "web", "--merge", *words, environment={"KUBECONFIG": "config"})
    return done.code, done.err


def test_a_merge_keeps_the_file_and_says_what_it_changes(applied: Project) -> None:
    file = applied.folder / "config"
    file.write_text(OWN, "utf-8")
    code, told = merge(applied)
    assert code == 0, told
    assert told.splitlines() == [
        "Merged into config as context web",
        "The current context is web now, and was home. Back: kubectl config use-context home",
    ]
    text = file.read_text("utf-8")
    assert text.startswith("# mine\nkind: Config\ncurrent-context: web\nclusters:")
    assert "# none" in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert merge(applied) == (0, "Merged into config as context web\n")
    assert file.read_text("utf-8") == text


def test_a_new_file_is_yaml_as_kubectl_writes_it(applied: Project) -> None:
    code, told = merge(applied)
    assert (code, told.splitlines()[1:]) == (0, ["The current context is web now"])
    text = (applied.folder / "config").read_text("utf-8")
    assert text.startswith("apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://")
    assert [context["name"] for context in yaml.safe_load(text)["contexts"]] == ["web"]


@pytest.mark.parametrize(("there", "changed"), [(["second"], "second"), (["first", "second"], "first"), ([], "third")])
def test_of_a_list_the_file_that_kubectl_would_change_is_taken(
    there: list[str], changed: str, applied: Project
) -> None:
    for name in there:
        (applied.folder / name).write_text(OWN, "utf-8")
    names = {"KUBECONFIG": ":first:second:third"}
    done = applied.run("kubeconfig", "web", "--merge", environment=names)
    assert done.err.startswith(f"Merged into {changed} as context web\n")
    assert {name for name in ("first", "second", "third") if (applied.folder / name).exists()} == {*there, changed}


def test_an_entry_of_somebody_else_is_not_replaced_unseen(applied: Project) -> None:
    entry = "- name: web\n  cluster:\n    server: https://10.0.0.1  # my own\n"
    (applied.folder / "config").write_text(f"clusters:\n{entry}contexts: []\nusers: []\n", "utf-8")
    code, told = merge(applied)
    assert code == 0
    assert "It takes the place of the entry of that name, which led to https://10.0.0.1\n" in told


@pytest.mark.parametrize("words", [("--merge",), ("--out", "out")])
def test_a_plugin_is_refused_unless_it_is_asked_for(words: tuple[str, ...], applied: Project) -> None:
    file = applied.folder / "config"
    file.write_text(OWN, "utf-8")
    environment = {"KUBECONFIG": "config"}
    with mock.patch.object(AckClient, "kubeconfig", return_value=Kubeconfig(EVIL)):
        done = applied.run("kubeconfig", "web", *words, environment=environment)
        assert (
            done.code,
            done.err.startswith("ACK4004 Kubeconfig has more than a connection needs: user.exec."),
        ) == (
            1,
            True,
        ), done.err
        assert file.read_text("utf-8") == OWN
        assert not (applied.folder / "out").exists()
        assert applied.run("kubeconfig", "web", *words, "--allow-plugins", environment=environment).code == 0
    written = yaml.safe_load((applied.folder / ("out" if words[0] == "--out" else "config")).read_text("utf-8"))
    assert written["users"][0]["user"]["exec"]["command"] == "/bin/sh"


def test_what_is_printed_is_said_to_hold_a_plugin(applied: Project) -> None:
    with mock.patch.object(AckClient, "kubeconfig", return_value=Kubeconfig(EVIL)):
        done = applied.run("kubeconfig", "web")
    assert (done.code, done.out) == (0, EVIL)
    assert "user.exec" in done.err
    assert applied.run("kubeconfig", "web").err == ""


@pytest.mark.parametrize("file", ["ackplan.yaml", "state/default.json"])
def test_a_merge_into_something_else_is_refused(file: str, applied: Project) -> None:
    path = Path(applied.folder / file)
    before = path.read_bytes()
    done = applied.run("kubeconfig", "web", "--merge", environment={"KUBECONFIG": file})
    assert (done.code, "ACK4003" in done.err) == (1, True), done.err
    assert path.read_bytes() == before


def test_a_kubeconfig_among_the_certificates_is_looked_through_too(applied: Project) -> None:
    with mock.patch.object(AckClient, "certs", return_value={"config": EVIL, "ca": "-----BEGIN CERTIFICATE-----"}):
        done = applied.run("certs", "web", "--out", "certs")
        assert (done.code, "ACK4004" in done.err) == (1, True), done.err
        assert not (applied.folder / "certs").exists()
        assert applied.run("certs", "web", "--out", "certs", "--allow-plugins").code == 0
    assert (applied.folder / "certs/config").read_text("utf-8") == EVIL


@pytest.mark.parametrize(("ttl", "minutes"), [("15m", 15), ("2h", 120), ("901", 16), ("72h", 4320)])
def test_one_that_ends_is_asked_for_in_minutes(ttl: str, minutes: int, applied: Project) -> None:
    with mock.patch.object(AckClient, "kubeconfig", return_value=Kubeconfig(EVIL, "2026-01-01T00:00:00Z")) as asked:
        done = applied.run("kubeconfig", "web", "--ttl", ttl)
    assert (done.code, done.err.splitlines()[0]) == (0, "Valid until 2026-01-01T00:00:00Z"), done.err
    assert asked.call_args.args[2] == {"TemporaryDurationMinutes": str(minutes)}
    assert applied.run("kubeconfig", "web", "--ttl", ttl).code == 0


@pytest.mark.parametrize("ttl", ["14m", "72h1m", "4321m", "soon", "-1h"])
def test_another_length_is_wrong_usage(ttl: str, applied: Project) -> None:
    before = len(applied.api.calls)
    assert applied.run("kubeconfig", "web", "--ttl", ttl).code == 64
    assert len(applied.api.calls) == before


def test_one_that_does_not_end_is_not_handed_out_as_one_that_does(applied: Project) -> None:
    """An endpoint as in the guide does not know the limit."""
    with mock.patch.object(AckClient, "kubeconfig", return_value=Kubeconfig(EVIL)):
        done = applied.run("kubeconfig", "web", "--ttl", "1h", "--out", "out")
    assert (done.code, done.out, "ACK4008" in done.err) == (1, "", True), done.err
    assert not (applied.folder / "out").exists()


def test_the_address_inside_of_the_vpc_is_asked_for(applied: Project) -> None:
    servers = [
        yaml.safe_load(applied.run("kubeconfig", "web", *words).out)["clusters"][0]["cluster"]["server"]
        for words in ((), ("--private",))
    ]
    assert servers[0] != servers[1], servers


def test_one_that_is_revoked_is_replaced_by_a_new_one(applied: Project) -> None:
    before = applied.run("kubeconfig", "web").out
    done = applied.run("kubeconfig", "revoke", "web")
    assert (done.code, "ACK4006" in done.err) == (1, True), done.err
    assert applied.run("kubeconfig", "web").out == before
    done = applied.run("kubeconfig", "revoke", "web", "--auto-approve")
    assert done.code == 0, done.err
    assert done.out.startswith("Revoked your kubeconfig of web (c")
    assert done.out.endswith("For a new one: ackplan kubeconfig web\n")
    assert applied.run("kubeconfig", "web").out != before
    assert applied.run("kubeconfig", "revoke", "wen", "--auto-approve").code == 1
