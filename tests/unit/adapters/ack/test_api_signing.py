"""Both signatures, held against the official clients' own code."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest
from alibabacloud_tea_openapi.utils import Utils
from aliyunsdkcore.auth.algorithm import sha_hmac1
from aliyunsdkcore.auth.composer import roa_signature_composer as composer
from hypothesis import given
from hypothesis import strategies as st

from ackplan.adapters.ack.signing import (
    SIGNERS,
    Credential,
    UnsignedRequest,
    canonical_request,
    hmac_sha1,
    query_string,
    sign_acs3,
    sign_hmac_sha1,
    string_to_sign,
)

NOW = datetime(2015, 12, 16, 12, 20, 18, tzinfo=UTC)
KEY = Credential("the-id", "the-secret")
TEMPORARY = Credential("the-id", "the-secret", "the-token")

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
name = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=10)
plain = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
unreserved = st.text("abcXYZ019-._~", min_size=1, max_size=10)
requests = st.builds(
    UnsignedRequest,
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    host=st.just("cs.aliyuncs.com"),
    path=st.sampled_from(["/clusters", "/clusters/c1/nodes", "/api/v2/clusters/c_2-3"]),
    query=st.dictionaries(unreserved, text, max_size=5),
    body=st.none() | st.binary(max_size=40),
    action=st.sampled_from(["", "CreateCluster"]),
)
simple_requests = st.builds(
    UnsignedRequest,
    method=st.sampled_from(["GET", "PUT"]),
    host=st.just("cs.aliyuncs.com"),
    path=st.sampled_from(["/clusters", "/clusters/c1"]),
    query=st.dictionaries(unreserved, unreserved, max_size=2),
    body=st.sampled_from([None, b"", b"{}"]),
)
credentials = st.builds(Credential, plain, plain, st.just("") | plain)


def by_composer(request: UnsignedRequest, headers: dict[str, str], secret: str) -> str:
    said = composer.compose_string_to_sign(request.method, dict(request.query), request.path, headers)
    return sha_hmac1.get_sign_string(said, secret)


def test_printed_string_to_sign_of_the_guide() -> None:
    request = UnsignedRequest("POST", "cs.aliyuncs.com", "/clusters", {"param2": "value2", "param1": "value1"})
    headers = {
        "Accept": "application/json",
        "Content-MD5": "6U4ALMkKSj0PYbeQSHqgmA==",
        "Content-Type": "application/json;charset=utf-8",
        "Date": "Wed, 16 Dec 2015 12:20:18 GMT",
        "User-Agent": "cs-sdk-python/0.0.1 (Darwin/15.2.0/x86_64;2.7.10)",
        "X-Acs-Region-Id": "cn-beijing",
        "x-acs-version": "2015-12-15",
        "x-acs-signature-nonce": "fbf6909a-93a5-45d3-8b1c-3e03a7916799",
        "x-acs-signature-version": "1.0",
        "x-acs-signature-method": "HMAC-SHA1",
    }
    said = string_to_sign(request, headers)
    assert len(said) == 317
    digest = hmac.new(b"access_key_secret", said.encode(), hashlib.sha1).hexdigest()
    assert digest == "a4577c45de7c16fd23251529b5daab381dd84bc3"
    assert hmac_sha1(said, "access_key_secret") == "pFd8Rd58Fv0jJRUptdqrOB3YS8M="


@given(requests, credentials, plain)
def test_hmac_sha1_is_the_official_composers(request: UnsignedRequest, key: Credential, nonce: str) -> None:
    headers = sign_hmac_sha1(request, key, now=NOW, nonce=nonce, region="cn-beijing")
    said = headers.pop("Authorization")
    assert said == f"acs {key.access_key_id}:{by_composer(request, headers, key.access_key_secret)}"


@given(st.dictionaries(name, text, max_size=6), st.dictionaries(name.map("X-Acs-{}".format), unreserved, max_size=4))
def test_any_query_and_header_are_composed_as_officially(query: dict[str, str], headers: dict[str, str]) -> None:
    folded = {key.lower(): value for key, value in headers.items()}
    request = UnsignedRequest("GET", "cs.aliyuncs.com", "/clusters", query)
    assert string_to_sign(request, folded) == composer.compose_string_to_sign("GET", dict(query), "/clusters", folded)


@pytest.mark.parametrize(
    "query",
    [
        {"b": "2", "a": "1", "B": "3"},
        {"name": "集群 一", "empty": ""},
        {"a&b": "c=d", "q": "?#%20+"},
    ],
)
def test_awkward_queries_are_signed_as_officially(query: dict[str, str]) -> None:
    request = UnsignedRequest("GET", "cs.aliyuncs.com", "/clusters", query)
    headers = sign_hmac_sha1(request, TEMPORARY, now=NOW, nonce="n", region="cn-beijing")
    assert headers["Authorization"].endswith(":" + by_composer(request, headers, "the-secret"))


def test_tabs_and_line_ends_in_a_header_are_signed_as_spaces() -> None:
    request = UnsignedRequest("GET", "cs.aliyuncs.com", "/clusters")
    broken = string_to_sign(request, {"x-acs-meta-name": " Tao\tBao,\r\nAlipay\f "})
    assert broken == string_to_sign(request, {"X-ACS-Meta-Name": "Tao Bao,  Alipay"})
    official = composer.compose_string_to_sign("GET", {}, "/clusters", {"x-acs-meta-name": "Tao Bao,  Alipay"})
    assert broken == official


@given(requests, credentials, plain)
def test_acs3_is_the_current_sdks(request: UnsignedRequest, key: Credential, nonce: str) -> None:
    headers = sign_acs3(request, key, now=NOW, nonce=nonce, region="cn-beijing")
    said = headers.pop("Authorization")
    theirs = SimpleNamespace(method=request.method, pathname=request.path, query=dict(request.query), headers=headers)
    payload = hashlib.sha256(request.body or b"").hexdigest()
    assert headers["x-acs-content-sha256"] == payload
    assert said == Utils.get_authorization(
        theirs, "ACS3-HMAC-SHA256", payload, key.access_key_id, key.access_key_secret
    )


def test_acs3_signs_chinese_and_reserved_characters_quoted() -> None:
    request = UnsignedRequest("GET", "cs.aliyuncs.com", "/clusters", {"name": "集群 a/b~"})
    said = canonical_request(request, {"host": "cs.aliyuncs.com", "x-acs-content-sha256": "00"})
    assert said.split("\n")[2] == "name=%E9%9B%86%E7%BE%A4%20a%2Fb~"


@pytest.mark.parametrize("algorithm", SIGNERS)
def test_every_common_header_is_sent(algorithm: str) -> None:
    request = UnsignedRequest("POST", "cs.aliyuncs.com", "/clusters", {}, b"{}", "CreateCluster")
    headers = SIGNERS[algorithm](request, TEMPORARY, now=NOW, nonce="n-1", region="cn-beijing")
    expected = {
        "Accept": "application/json",
        "Content-MD5": "mZFLkyvTelC5g8XnyQrpOw==",
        "Content-Type": "application/json;charset=utf-8",
        "Date": "Wed, 16 Dec 2015 12:20:18 GMT",
        "Host": "cs.aliyuncs.com",
        "x-acs-version": "2015-12-15",
        "x-acs-region-id": "cn-beijing",
        "x-acs-signature-nonce": "n-1",
        "x-acs-security-token": "the-token",
    }
    assert expected.items() <= headers.items()


def test_what_only_one_signature_needs() -> None:
    request = UnsignedRequest("POST", "cs.aliyuncs.com", "/clusters", {}, None, "CreateCluster")
    sha1 = sign_hmac_sha1(request, KEY, now=NOW, nonce="n", region="cn-beijing")
    acs3 = sign_acs3(request, KEY, now=NOW, nonce="n", region="cn-beijing")
    assert (sha1["x-acs-signature-method"], sha1["x-acs-signature-version"]) == ("HMAC-SHA1", "1.0")
    assert (acs3["x-acs-date"], acs3["x-acs-action"]) == ("2015-12-16T12:20:18Z", "CreateCluster")
    temporary = sign_acs3(request, TEMPORARY, now=NOW, nonce="n", region="cn-beijing")
    assert temporary["x-acs-accesskey-id"] == "the-id"
    for headers in (sha1, acs3):
        assert "Content-MD5" not in headers
        assert "x-acs-security-token" not in headers


@pytest.mark.parametrize("algorithm", SIGNERS)
def test_the_date_is_gmt_whatever_the_zone(algorithm: str) -> None:
    request = UnsignedRequest("GET", "cs.aliyuncs.com", "/clusters")
    beijing = NOW.astimezone(timezone(timedelta(hours=8)))
    assert SIGNERS[algorithm](request, KEY, now=beijing, nonce="n", region="r") == SIGNERS[algorithm](
        request, KEY, now=NOW, nonce="n", region="r"
    )


@pytest.mark.parametrize("algorithm", SIGNERS)
@given(request=simple_requests, other=simple_requests)
def test_another_request_has_another_signature(
    algorithm: str, request: UnsignedRequest, other: UnsignedRequest
) -> None:
    def signed(what: UnsignedRequest) -> str:
        return SIGNERS[algorithm](what, KEY, now=NOW, nonce="n", region="r")["Authorization"]

    assert (request == other) == (signed(request) == signed(other))


@given(st.dictionaries(name, text, max_size=6))
def test_the_query_on_the_wire_says_the_same(query: dict[str, str]) -> None:
    wire = query_string(query)
    assert dict(parse_qsl(wire, keep_blank_values=True)) == query
    assert wire.isascii()
    assert " " not in wire


def test_a_credential_shows_nothing_of_itself() -> None:
    assert repr(TEMPORARY) == "Credential()"
    assert not {"the-id", "the-secret", "the-token"} & set(f"{TEMPORARY} {TEMPORARY!r}".split())


def test_signing_needs_no_http_client() -> None:
    code = "import sys, ackplan.adapters.ack.signing; print('aiohttp' in sys.modules, 'alibabacloud_credentials' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
