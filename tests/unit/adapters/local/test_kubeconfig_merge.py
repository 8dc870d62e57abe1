"""Merging a kubeconfig: layout, order and comments of the file stay; what comes from outside is looked through."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ackplan.adapters.local.kubeconfig_file import merged
from ackplan.core.diagnostics import Failure

ANSWER = """\
apiVersion: v1
kind: Config
clusters:
- name: kubernetes
  cluster: {server: "https://192.0.2.1:6443", certificate-authority-data: QUJD}
contexts:
- name: 2000-c1
  context: {cluster: kubernetes, user: "2000"}
current-context: 2000-c1
preferences: {}
users:
- name: "2000"
  user: {client-certificate-data: QUJD, client-key-data: REVG}
"""
OWN = """\
# mine, do not touch
apiVersion: v1
kind: Config
preferences:
    colors: yes   # as kubectl likes it
current-context: "home"  # the usual

# all of them
clusters:
- cluster:
    server: https://10.0.0.1:6443
    certificate-authority-data: |
      QUJD
      REVG
    # behind the wall
  name: home
# ends here

contexts:
- context: {cluster: home, user: me, namespace: web}   # short
  name: home
users:
- name: me
  user:
    token: 012345
"""
WEB = {"server": "https://192.0.2.1:6443", "certificate-authority-data": "QUJD"}
USER = {"client-certificate-data": "QUJD", "client-key-data": "REVG"}


def merge(text: str, answer: str = ANSWER, name: str = "web", **more: Any) -> str:
    return merged(text.encode(), answer, name, "config", **more).text


def entry(document: Any, section: str, name: str) -> Any:
    (found,) = (e for e in document[section] if e["name"] == name)
    return found[section.removesuffix("s")]


def added(before: str, after: str) -> list[str]:
    """The lines that came in; every other one is there, in its order."""
    rest = iter(after.splitlines())
    came = []
    for line in before.splitlines():
        for other in rest:
            if other == line:
                break
            came.append(other)
        else:
            pytest.fail(f"lost: {line}")
    return [*came, *rest]


def test_everything_else_stays_as_it_is() -> None:
    after = merge(OWN)
    kept = OWN.replace('current-context: "home"', "current-context: web")
    assert len(added(kept, after)) == 4 + 4 + 4
    document = yaml.safe_load(after)
    assert entry(document, "clusters", "web") == WEB
    assert entry(document, "users", "web") == USER
    assert entry(document, "contexts", "web") == {"cluster": "web", "user": "web"}
    assert after.index("# ends here") > after.index("192.0.2.1")


def test_a_second_merge_changes_nothing() -> None:
    once = merge(OWN)
    assert merge(once) == once


def test_an_entry_is_brought_up_to_date_where_it_stands() -> None:
    once = merge(OWN).replace("    server: https://192", "    # the shop's\n    server: https://192")
    once = once.replace("    user: web\n", "    user: web\n    namespace: shop\n")
    again = merge(once, ANSWER.replace("192.0.2.1", "192.0.2.9"))
    assert again == once.replace("192.0.2.1", "192.0.2.9")


def test_what_an_entry_has_no_more_goes() -> None:
    once = merge(OWN).replace(
        "    client-key-data: REVG\n",
        "    client-key-data: REVG\n    exec:\n      command: x\n      args:\n      - y\n",
    )
    assert "exec:" in once
    assert merge(once) == merge(OWN)
    token = ANSWER.replace("{client-certificate-data: QUJD, client-key-data: REVG}", "{token: t}")
    assert entry(yaml.safe_load(merge(once, token)), "users", "web") == {"token": "t"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "# nothing yet\n",
        "---\napiVersion: v1\nkind: Config\n",
        "apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: ''\nkind: Config\nusers: null\n",
        "apiVersion: v1\nclusters: []  # none\ncontexts: []\nkind: Config\npreferences: {}\nusers: []\n",
        "clusters:\ncontexts:\nusers:\ncurrent-context:\n",
        "clusters: [{name: a, cluster: {server: b}}]\ncontexts: []\nusers: []\n",
        "clusters: [{name: web, cluster: {server: b}}]\nusers:\n  - {name: web, user: {exec: {command: x}}}\n",
        "clusters:\n  - name: a\n    cluster:\n        server: b\n  # end\nusers:\n  -\n    name: web\n    user:\n",
        "current-context: a\nusers:\n- name: a",
        "kind: Config\n...\n",
    ],
)
def test_any_layout_is_taken(text: str) -> None:
    after = merge(text)
    document = yaml.safe_load(after)
    assert (entry(document, "clusters", "web"), entry(document, "users", "web")) == (WEB, USER)
    assert (document["current-context"], document["kind"], document["apiVersion"]) == ("web", "Config", "v1")
    for comment in (line for line in text.splitlines() if "#" in line):
        assert comment[comment.index("#") :] in after
    assert merge(after) == after


def test_json_stays_json_and_a_windows_file_one() -> None:
    after = merge(json.dumps({"kind": "Config", "z": 1, "a": 2}))
    assert [*json.loads(after)][:4] == ["apiVersion", "kind", "z", "a"]
    after = merged(f"\ufeff{OWN}".replace("\n", "\r\n").encode(), ANSWER, "web", "config").text
    assert after.startswith("\ufeff# mine")
    assert after.count("\n") == after.count("\r\n")


@pytest.mark.parametrize("name", ["web", "true", "123", "null", "a: b", "商店", "x" * 63, "no"])
def test_a_name_is_a_text_whatever_it_looks_like(name: str) -> None:
    document = yaml.safe_load(merge(OWN, name=name))
    assert document["current-context"] == name
    assert entry(document, "contexts", name) == {"cluster": name, "user": name}


@given(st.lists(st.sampled_from("abcde"), max_size=5), st.sampled_from(["- ", "  - "]), st.booleans())
def test_what_others_have_stays(names: list[str], dash: str, ends: bool) -> None:
    lines = ["# top", "clusters:" if names else "clusters: []"]
    for number, name in enumerate(dict.fromkeys(names)):
        indent = " " * len(dash)
        lines += [
            f"{dash}name: {name}",
            f"{indent}# {number}",
            f"{indent}cluster:",
            f"{indent}  server: https://{name}",
        ]
    lines += ["# users", "users: []"]
    before = "\n".join(lines) + "\n" * ends
    after = merge(before, name="c")
    document = yaml.safe_load(after)
    assert {e["name"] for e in document["clusters"]} == {*names, "c"}
    assert all(line in after for line in lines if line.lstrip().startswith("#"))
    assert merge(after, name="c") == after


EVIL = {
    "an exec plugin": ("user: {", "user: {exec: {apiVersion: v1, command: /bin/sh, args: [-c, id]}, "),
    "an auth provider": ("user: {", "user: {auth-provider: {name: gcp, config: {cmd-path: /bin/sh}}, "),
    "a file of this machine": ("user: {", "user: {tokenFile: /etc/shadow, "),
    "another one": ("user: {", "user: {client-key: /root/.ssh/id_rsa, "),
    "another's name": ("user: {", "user: {as: admin, "),
    "a proxy": ("cluster: {server", "cluster: {proxy-url: http://192.0.2.66, server"),
    "no check": ("cluster: {server", "cluster: {insecure-skip-tls-verify: true, server"),
    "a token that is none": ("client-key-data: REVG", "client-key-data: {a: b}"),
    "a second user": ("users:\n", "users:\n- {name: other, user: {exec: {command: id}}}\n"),
}


@pytest.mark.parametrize("case", EVIL)
def test_more_than_a_connection_needs_is_refused_unless_it_is_asked_for(case: str) -> None:
    answer = ANSWER.replace(*EVIL[case])
    assert yaml.safe_load(answer) != yaml.safe_load(ANSWER)
    with pytest.raises(Failure) as caught:
        merge(OWN, answer)
    assert [fault.code for fault in caught.value.diagnostics] == ["ACK4004"]
    user = entry(yaml.safe_load(merge(OWN, answer, plugins=True)), "users", "web")
    assert user == next(e["user"] for e in yaml.safe_load(answer)["users"] if e["name"] == "2000")


@pytest.mark.parametrize(
    "text",
    [
        "ackplan: 1\nclusters: {}\n",
        "ackplan: 1\nkind: Config\n",
        "kind: Deployment\n",
        "clusters: {a: b}\n",
        "[]",
        "a: &x 1\nb: *x\n",
        "{kind: Config, clusters: []}",
        "kind: Config\n---\nkind: Config\n",
        "kind: [",
    ],
)
def test_what_is_no_kubeconfig_or_cannot_be_edited_is_refused(text: str) -> None:
    with pytest.raises(Failure) as caught:
        merge(text)
    assert {fault.code for fault in caught.value.diagnostics} == {"ACK4003"}


@pytest.mark.parametrize("answer", ["", "[]", "kind: Config", "clusters: [1]\nusers: x\ncontexts: {}", "\0"])
def test_an_answer_that_is_no_kubeconfig_is_refused(answer: str) -> None:
    with pytest.raises(Failure):
        merge(OWN, answer)


def test_the_entries_that_the_current_context_names_are_taken() -> None:
    other = "- {name: other, cluster: {server: https://192.0.2.7}}\n- name: kubernetes"
    document = yaml.safe_load(merge("", ANSWER.replace("- name: kubernetes", other)))
    assert entry(document, "clusters", "web") == WEB
