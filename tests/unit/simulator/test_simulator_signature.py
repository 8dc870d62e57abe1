"""Who is let in: every form of signature that real clients make, and every refusal."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ackplan.simulator import canonical
from ackplan.simulator.refusals import Refusal
from ackplan.simulator.request import Incoming, incoming
from ackplan.simulator.signature import Gate
from tests.unit.simulator.callers import NOW, Request

GATE = Gate({"sandbox": "sandbox"}, {})
CREATE = Request("POST", "/clusters", body=b'{"name": "shop"}')


def _fresh(_: str) -> bool:
    return True


def _admit(request: Incoming, gate: Gate = GATE, spend: Callable[[str], bool] = _fresh) -> None:
    gate.admit(request, NOW, spend)


def _refusal(request: Incoming, gate: Gate = GATE) -> tuple[int, str]:
    with pytest.raises(Refusal) as caught:
        _admit(request, gate)
    return caught.value.status, caught.value.code


def _with(request: Incoming, **headers: str) -> Incoming:
    """The request with headers changed on the way."""
    return replace(request, headers={**request.headers, **{k.replace("_", "-"): v for k, v in headers.items()}})


def test_the_string_to_sign_that_the_guide_prints() -> None:
    headers = {
        "Content-MD5": "6U4ALMkKSj0PYbeQSHqgmA==",
        "x-acs-version": "2015-12-15",
        "Accept": "application/json",
        "User-Agent": "cs-sdk-python/0.0.1 (Darwin/15.2.0/x86_64;2.7.10)",
        "x-acs-signature-nonce": "fbf6909a-93a5-45d3-8b1c-3e03a7916799",
        "x-acs-signature-version": "1.0",
        "Date": "Wed, 16 Dec 2015 12:20:18 GMT",
        "x-acs-signature-method": "HMAC-SHA1",
        "Content-Type": "application/json;charset=utf-8",
        "X-Acs-Region-Id": "cn-beijing",
    }
    request = incoming("POST", "/clusters?param1=value1&param2=value2", headers.items(), b"")
    texts = set(canonical.strings_to_sign(request))
    assert len(texts) == 1
    text = texts.pop()
    assert len(text) == 317
    assert text.endswith("x-acs-version:2015-12-15\n/clusters?param1=value1&param2=value2")
    digest = hmac.digest(b"access_key_secret", text.encode(), "sha1")
    assert digest.hex() == "a4577c45de7c16fd23251529b5daab381dd84bc3"


@pytest.mark.parametrize(
    "request_",
    [
        Request(),
        CREATE,
        Request(query={"RegionId": "cn-beijing", "name": "a b/中+&="}),
        Request(query={"name": ""}),
        Request(path="/clusters/c1/nodes", query={"pageNumber": 2, "pageSize": 50}),
        Request("DELETE", "/clusters/c1", headers={"x-acs-signature-nonce": "n-1", "x-acs-action": "DeleteCluster"}),
        Request(headers={"Content-Type": "application/octet-stream"}),
        Request(headers={"Content-Type": "application/json; charset=utf-8"}),
        Request(headers={"x-acs-credentials-provider": "static_ak", "x-acs-region-id": None}),
        Request(headers={"Content-MD5": base64.b64encode(hashlib.md5(b"").digest()).decode()}),
        Request(headers={"Accept": None}),
        Request(headers={"x-acs-signature-method": None, "x-acs-signature-version": None}),
    ],
)
def test_both_signatures_of_the_official_clients_are_taken(request_: Request) -> None:
    _admit(request_.arrived())
    _admit(request_.arrived(request_.current()))


def test_an_empty_value_may_be_signed_without_its_equals_sign() -> None:
    request = Request(query={"name": None}).classic()
    _admit(incoming("GET", "/clusters?name=", request.items(), b""))
    _admit(incoming("GET", "/clusters?name", request.items(), b""))


def test_tabs_may_be_signed_as_they_are_or_as_spaces() -> None:
    literal = Request(headers={"x-acs-note": "a\tb"}).classic()
    _admit(incoming("GET", "/clusters", literal.items(), b""))
    spaced = Request(headers={"x-acs-note": "a b"}).classic() | {"x-acs-note": "a\tb"}
    _admit(incoming("GET", "/clusters", spaced.items(), b""))


def test_a_path_may_be_signed_decoded_or_as_sent() -> None:
    for signed in ("/clusters/a b", "/clusters/a%20b"):
        headers = Request(path=signed).classic()
        _admit(incoming("GET", "/clusters/a%20b", headers.items(), b""))


def test_acs3_quotes_names_of_the_query_or_not() -> None:
    request = Request(query={"a b": "c"})
    _admit(incoming("GET", "/clusters?a+b=c", request.current().items(), b""))


@pytest.mark.parametrize("form", ["classic", "current"])
class TestRefusals:
    """Each with both signatures."""

    @staticmethod
    def _arrived(form: str, request: Request) -> Incoming:
        return request.arrived(getattr(request, form)())

    def test_wrong_secret(self, form: str) -> None:
        request = self._arrived(form, replace(CREATE, secret="other"))
        assert _refusal(request) == (403, "SignatureDoesNotMatch")

    def test_unknown_key(self, form: str) -> None:
        request = self._arrived(form, replace(CREATE, key="stranger"))
        assert _refusal(request) == (404, "InvalidAccessKeyId.NotFound")

    @pytest.mark.parametrize("off", [901, -901, 86400])
    def test_a_date_that_is_off(self, form: str, off: int) -> None:
        request = self._arrived(form, replace(CREATE, now=NOW + off))
        assert _refusal(request) == (400, "InvalidTimeStamp.Expired")

    @pytest.mark.parametrize("off", [899, -899])
    def test_a_date_within_fifteen_minutes_is_taken(self, form: str, off: int) -> None:
        _admit(self._arrived(form, replace(CREATE, now=NOW + off)))

    def test_no_date(self, form: str) -> None:
        absent = replace(CREATE, headers={"Date": None, "x-acs-date": None})
        assert _refusal(self._arrived(form, absent)) == (400, "InvalidTimeStamp.Format")

    @pytest.mark.parametrize(
        "date", ["yesterday", "2015-12-16 12:20:18", "Wed, 16 Dec 2015 12:20:18 +0800", "9" * 5000]
    )
    def test_a_date_in_another_form(self, form: str, date: str) -> None:
        other = replace(CREATE, headers={"Date": date, "x-acs-date": date})
        assert _refusal(self._arrived(form, other)) == (400, "InvalidTimeStamp.Format")

    def test_a_path_that_was_changed(self, form: str) -> None:
        request = replace(self._arrived(form, CREATE), raw_path="/clusters/c1")
        assert _refusal(request) == (403, "SignatureDoesNotMatch")

    def test_a_query_that_was_changed(self, form: str) -> None:
        request = replace(self._arrived(form, CREATE), query=(("name", "other"),))
        assert _refusal(request) == (403, "SignatureDoesNotMatch")

    def test_a_body_that_was_changed(self, form: str) -> None:
        request = replace(self._arrived(form, CREATE), body=b'{"name": "other"}')
        expected = {"classic": (400, "ContentMD5NotMatched"), "current": (403, "SignatureDoesNotMatch")}
        assert _refusal(request) == expected[form]

    def test_a_header_that_was_changed(self, form: str) -> None:
        signed = replace(CREATE, headers={"x-acs-region-id": "cn-beijing"})
        request = _with(self._arrived(form, signed), x_acs_region_id="cn-hangzhou")
        assert _refusal(request) == (403, "SignatureDoesNotMatch")

    def test_another_version(self, form: str) -> None:
        other = replace(CREATE, headers={"x-acs-version": "2016-01-01"})
        assert _refusal(self._arrived(form, other)) == (400, "InvalidVersion")

    def test_no_version(self, form: str) -> None:
        absent = replace(CREATE, headers={"x-acs-version": None})
        assert _refusal(self._arrived(form, absent)) == (400, "MissingVersion")

    def test_a_wrong_md5(self, form: str) -> None:
        wrong = replace(CREATE, headers={"Content-MD5": "6U4ALMkKSj0PYbeQSHqgmA=="})
        assert _refusal(self._arrived(form, wrong)) == (400, "ContentMD5NotMatched")

    def test_a_missing_md5_is_taken(self, form: str) -> None:
        _admit(self._arrived(form, replace(CREATE, headers={"Content-MD5": None})))

    def test_a_nonce_that_was_spent(self, form: str) -> None:
        spent: set[str] = set()

        def spend(nonce: str) -> bool:
            fresh = nonce not in spent
            spent.add(nonce)
            return fresh

        request = self._arrived(form, replace(CREATE, headers={"x-acs-signature-nonce": "n-1"}))
        _admit(request, spend=spend)
        with pytest.raises(Refusal, match="SignatureNonceUsed"):
            _admit(request, spend=spend)
        assert "n-1" not in "".join(spent)

    def test_a_missing_nonce_is_taken_twice(self, form: str) -> None:
        def spend(_: str) -> bool:
            raise AssertionError("there is no nonce to spend")

        request = self._arrived(form, CREATE)
        _admit(request, spend=spend)
        _admit(request, spend=spend)

    def test_a_nonce_is_not_spent_by_a_stranger(self, form: str) -> None:
        def spend(_: str) -> bool:
            raise AssertionError("spent before the signature was checked")

        forged = replace(CREATE, secret="other", headers={"x-acs-signature-nonce": "n-1"})
        with pytest.raises(Refusal, match="SignatureDoesNotMatch"):
            _admit(self._arrived(form, forged), spend=spend)

    @pytest.mark.parametrize(
        ("token", "outcome"),
        [
            ("right", None),
            (None, (400, "MissingSecurityToken")),
            ("wrong", (400, "InvalidSecurityToken.MismatchWithAccessKey")),
        ],
    )
    def test_security_tokens(self, form: str, token: str | None, outcome: Any) -> None:
        gate = Gate({"sandbox": "sandbox"}, {"sandbox": "right"})
        request = self._arrived(form, replace(CREATE, headers={"x-acs-security-token": token}))
        if outcome is None:
            _admit(request, gate)
        else:
            assert _refusal(request, gate) == outcome

    def test_any_token_is_taken_for_a_key_without_one(self, form: str) -> None:
        _admit(self._arrived(form, replace(CREATE, headers={"x-acs-security-token": "any"})))


def test_a_wrong_hash_of_the_body_is_refused() -> None:
    request = replace(CREATE, headers={"x-acs-content-sha256": "0" * 64})
    assert _refusal(request.arrived(request.current())) == (400, "ContentSHA256NotMatched")


def test_other_signature_methods_are_refused() -> None:
    md5 = replace(CREATE, headers={"x-acs-signature-method": "HMAC-MD5"})
    assert _refusal(md5.arrived()) == (400, "InvalidSignatureMethod")
    newer = replace(CREATE, headers={"x-acs-signature-version": "2.0"})
    assert _refusal(newer.arrived()) == (400, "InvalidSignatureVersion")


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "acs",
        "acs :",
        "acs sandbox",
        "Bearer sandbox",
        "acs sandbox:not base64!",
        "ACS3-HMAC-SHA256 Credential=sandbox",
        "ACS3-HMAC-SM3 Credential=sandbox,SignedHeaders=host,Signature=00",
        "acs " + "a" * 100_000,
    ],
)
def test_what_is_no_signature_is_refused(authorization: str) -> None:
    assert _refusal(_with(CREATE.arrived(), authorization=authorization)) == (403, "MissingAuthorization")


def test_a_header_that_is_said_to_be_signed_and_did_not_come() -> None:
    request = CREATE.arrived(CREATE.current())
    headers = {name: value for name, value in request.headers.items() if name != "x-acs-action"}
    assert _refusal(replace(request, headers=headers)) == (403, "SignatureDoesNotMatch")


def test_no_secret_shows_in_the_gates_picture() -> None:
    gate = Gate({"sandbox": "S3cret"}, {"sandbox": "T0ken"})
    assert "S3cret" not in repr(gate)
    assert "T0ken" not in repr(gate)
