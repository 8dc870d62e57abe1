"""Where credentials come from, and that they are shown nowhere. Nothing here asks a network."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ack_double import Reply, outcome, serving
from alibabacloud_credentials.utils import auth_constant, auth_util

from ackplan.adapters.ack import ClientSettings, CredentialChain, CredentialsUnavailable, FixedCredentials, open_client
from ackplan.adapters.ack.signing import Credential

ID, SECRET, TOKEN = (f"ALIBABA_CLOUD_{part}" for part in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN"))


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials anywhere, and no question to the machine's metadata service."""
    for name in list(os.environ):
        if name.startswith("ALIBABA_CLOUD_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(auth_constant, "HOME", str(tmp_path))
    for name in ("access_key_id", "access_key_secret", "security_token", "profile_name", "credentials_uri"):
        monkeypatch.setattr(auth_util, f"environment_{name}", None)
    monkeypatch.setattr(auth_util, "environment_ecs_metadata_disabled", "true")
    monkeypatch.setattr(auth_util, "environment_cli_profile_disabled", "false")
    monkeypatch.setattr(auth_util, "enable_oidc_credential", False)


def fetched(source: Any) -> Any:
    return asyncio.run(outcome(source.fetch()))


def profiles(home: Path, *entries: dict[str, str]) -> None:
    (home / ".aliyun").mkdir()
    (home / ".aliyun" / "config.json").write_text(json.dumps({"current": entries[0]["name"], "profiles": entries}))


def key(name: str) -> dict[str, str]:
    return {"name": name, "mode": "AK", "access_key_id": f"{name}-id", "access_key_secret": f"{name}-secret"}


@pytest.mark.parametrize("token", ["", "a-token"])
def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, token: str) -> None:
    profiles(tmp_path, key("default"))
    monkeypatch.setenv(ID, "an-id")
    monkeypatch.setenv(SECRET, "a-secret")
    monkeypatch.setenv(TOKEN, token)
    assert fetched(CredentialChain()) == Credential("an-id", "a-secret", token)


def test_a_profile_is_taken_before_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    temporary = {"name": "sts", "mode": "StsToken", "access_key_id": "i", "access_key_secret": "s", "sts_token": "t"}
    profiles(tmp_path, key("default"), key("other"), temporary)
    monkeypatch.setenv(ID, "an-id")
    monkeypatch.setenv(SECRET, "a-secret")
    assert fetched(CredentialChain("other")) == Credential("other-id", "other-secret")
    assert fetched(CredentialChain("sts")) == Credential("i", "s", "t")


def test_the_library_is_asked_again_for_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    class Provider:
        calls = 0

        def get_credentials(self) -> Any:
            Provider.calls += 1
            return self

        def get_access_key_id(self) -> str:
            return f"id-{Provider.calls}"

        def get_access_key_secret(self) -> str:
            return "s"

        def get_security_token(self) -> str | None:
            return None

        def get_provider_name(self) -> str:
            return "default/env"

    made = []
    monkeypatch.setattr(
        "ackplan.adapters.ack.credentials._provider", lambda profile: made.append(profile) or Provider()
    )
    chain = CredentialChain()
    assert [fetched(chain).access_key_id, fetched(chain).access_key_id] == ["id-1", "id-2"]
    assert made == [None]


def test_no_credentials_at_all_names_the_cure() -> None:
    fault = fetched(CredentialChain())
    assert isinstance(fault, CredentialsUnavailable)
    assert (fault.code, fault.uncertain, fault.http_status) == ("CredentialsUnavailable", False, 0)
    for part in (ID, SECRET, "--profile", "--sandbox"):
        assert part in str(fault)


def test_the_library_prints_nothing_by_itself() -> None:
    own = logging.getLogger("credentials")
    own.addHandler(logging.StreamHandler())
    fetched(CredentialChain())
    assert own.handlers == []


def test_half_a_key_names_the_other_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ID, "an-id")
    assert f"Only one of {ID} and {SECRET} is set: set both" in str(fetched(CredentialChain()))


def test_a_profile_that_is_not_there_names_the_cure(tmp_path: Path) -> None:
    profiles(tmp_path, key("default"))
    fault = fetched(CredentialChain("prod"))
    assert isinstance(fault, CredentialsUnavailable)
    assert "aliyun configure --profile prod" in str(fault)
    (tmp_path / ".aliyun" / "config.json").write_text("{not json")
    assert isinstance(fetched(CredentialChain("prod")), CredentialsUnavailable)


def test_what_the_library_says_is_shown_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_profile: str | None) -> None:
        raise OSError("asked with STS.NUgYrLnoC37mZZCNnAbez and CAIS8wF1q6Ft5B2yfSjIr5fPLc/x+TkSw2d: no route")

    monkeypatch.setattr("ackplan.adapters.ack.credentials._provider", fail)
    said = str(fetched(CredentialChain()))
    assert "no route" in said
    assert "NUgYrLnoC37" not in said
    assert "fPLc" not in said


@pytest.mark.parametrize("bad", ["key\n", "k ey", "", "ключ", "k\x00"])
def test_a_key_with_stray_characters_is_refused_unshown(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    with pytest.raises(CredentialsUnavailable) as caught:
        FixedCredentials("id", bad)
    assert "a part is empty or has spaces" in str(caught.value)
    if "\x00" not in bad and bad:
        monkeypatch.setenv(ID, "an-id")
        monkeypatch.setenv(SECRET, bad)
        fault = fetched(CredentialChain())
        assert fault.code == "CredentialsUnusable"
        assert bad not in str(fault)


def test_nothing_is_sent_without_credentials() -> None:
    async def play() -> tuple[Any, int]:
        async with (
            serving(Reply(200, [])) as (url, seen),
            open_client(ClientSettings(url), CredentialChain()) as client,
        ):
            return await outcome(client.list_clusters()), len(seen)

    fault, count = asyncio.run(play())
    assert (type(fault), count) == (CredentialsUnavailable, 0)


def test_credentials_are_in_no_repr() -> None:
    fixed = FixedCredentials("the-id", "the-secret", "the-token")
    for shown in (repr(fixed), repr(fetched(fixed)), repr(CredentialChain("p")), repr(vars(fixed))):
        assert "the-" not in shown


def test_the_environment_needs_no_heavy_import() -> None:
    code = (
        "import asyncio, sys; from ackplan.adapters.ack import CredentialChain;"
        "asyncio.run(CredentialChain().fetch()); print('alibabacloud_credentials' in sys.modules)"
    )
    env = {**os.environ, ID: "an-id", SECRET: "a-secret"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert ran.stdout.strip() == "False"
