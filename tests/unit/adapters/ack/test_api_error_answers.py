"""What becomes of error answers: every body form, and the table of what is certain and what is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ackplan.adapters.ack import api_errors
from ackplan.adapters.ack.classify import error_of, retry_after
from ackplan.adapters.ack.error_bodies import read_error
from ackplan.adapters.ack.exchange import Answer, ApiCall

NOW = datetime(2019, 9, 16, 8, 30, tzinfo=UTC)
READ = ApiCall("get_cluster", "GET", "/clusters/c1", changes=False)
CHANGE = ApiCall("create_cluster", "POST", "/clusters", changes=True)
TASK = ApiCall("get_task", "GET", "/tasks/t1", changes=False, missing_by_status=True)
XML = """\ufeff<?xml version="1.0" encoding="UTF-16"?>
<Error><RequestId>R-1</RequestId> <Code>ErrorX</Code>
<Message>went\n wrong</Message><Other><Code>no</Code></Other></Error>"""
PLAIN = "code=415, message=Unsupported Media Type\n"
HTML = "<html><head><title>502 Bad\n Gateway &amp; more</title></head><body>nginx</body></html>"


def error(call: ApiCall, status: int, body: Any, *secrets: str, **headers: str) -> api_errors.Fault:
    text = body if isinstance(body, str) else json.dumps(body)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    found = error_of(call, Answer(status, names, text.encode()), secrets, NOW)
    assert found is not None
    return found


def api(code: str, message: str = "said so") -> dict[str, str]:
    return {"code": code, "message": message, "requestId": "R-1"}


@pytest.mark.parametrize(
    "body",
    [
        {"code": "ErrorX", "message": "went wrong", "requestId": "R-1", "status": 400},
        {"Code": "ErrorX", "Message": "went wrong", "RequestId": "R-1"},
        {"code": "ErrorX", "message": "went wrong", "request_id": "R-1"},
        {"Code": "ErrorX", "code": "ErrorX", "message": "went wrong", "Message": "x", "RequestId": "R-1"},
        "<Error><Code>ErrorX</Code><Message>went wrong</Message><HostId>h</HostId><RequestId>R-1</RequestId></Error>",
        XML,
    ],
)
def test_every_form_of_the_apis_errors(body: Any) -> None:
    found = error(CHANGE, 400, body)
    assert (found.code, found.message, found.request_id) == ("ErrorX", "went wrong", "R-1")
    assert isinstance(found, api_errors.Rejected)
    assert str(found) == "create_cluster: HTTP 400 ErrorX: went wrong (request R-1)"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "the answer is empty"),
        (HTML, "502 Bad Gateway & more"),
        ("<p>Sorry,<br>no <b>luck</b></p><script>alert(1)</script>", "Sorry, no luck"),
        ("upstream\x1b[31m connect\x00 error", "upstream [31m connect error"),
        ('{"code": "cut o', "the answer is not whole JSON"),
        ("<Error><Code>cut", "cut"),
        ("<Failure><Code>X</Code></Failure>", "X"),
        ("<html></html>", "a page without text"),
        ('{"status": 400}', "no reason is given"),
    ],
)
def test_bodies_that_are_not_the_apis(body: str, message: str) -> None:
    found = read_error(body)
    assert (found.code, found.message) == ("", message)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("code=415, message=Unsupported Media Type\n", "415", "Unsupported Media Type"),
        ("Code: ErrorX; Message: went\nwrong", "ErrorX", "went wrong"),
        ("code=400, message=", "400", "no reason is given"),
        ("upstream code=7, message=x", "", "upstream code=7, message=x"),
    ],
)
def test_a_refusal_as_plain_text(text: str, code: str, message: str) -> None:
    found = read_error(text)
    assert (found.code, found.message) == (code, message)


QUOTED = "Aliyun API Error: RequestId: E Status Code: 404 Code: {} Message: The role not exists"


@pytest.mark.parametrize(
    ("code", "quoted", "read"),
    [
        ("400", "EntityNotExist.Role", "EntityNotExist.Role"),
        (400, "QuotaExceeded.Cluster", "QuotaExceeded.Cluster"),
        ("ErrorX", "EntityNotExist.Role", "ErrorX"),
        ("400", "ErrorClusterNotFound", "400"),
        ("400", "Throttling.User", "400"),
        ("400", "ClusterNameAlreadyExist", "400"),
    ],
)
def test_a_status_for_a_code_gives_way_to_the_code_that_is_quoted(code: object, quoted: str, read: str) -> None:
    assert read_error(json.dumps({"code": code, "message": QUOTED.format(quoted)})).code == read


def test_a_document_type_is_refused_unread() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE Error [<!ENTITY e0 "lol">{entities}]><Error><Code>&e9;</Code></Error>'
    assert read_error(bomb).code == ""
    assert read_error('<!DOCTYPE Error SYSTEM "file:///etc/passwd"><Error><Code>X</Code></Error>').code == ""


def test_a_long_text_is_cut_and_large_xml_is_not_parsed() -> None:
    assert len(read_error(json.dumps(api("E" * 10_000, "m" * 10_000))).message) == 500
    assert len(read_error(json.dumps(api("E" * 10_000))).code) == 128
    assert read_error(f"<Error><Code>X</Code><Message>{'m' * 70_000}</Message></Error>").code == ""


@given(st.text() | st.text("<>!/Error Code[]{}\"':&;-?xml", max_size=80) | st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["code", "Message", "RequestId"]), inner),
).map(json.dumps))  # fmt: skip
def test_no_body_breaks_the_reader(text: str) -> None:
    found = read_error(text)
    assert len(found.code) <= 128
    assert len(found.message) <= 500
    assert f"{found.code}{found.message}".isprintable()


# status, body, class, http_status, and whether a changing call may have taken effect
TABLE = [
    (400, api("ClusterNameAlreadyExist"), api_errors.NameExists, 400, False),
    (400, api("ErrorClusterNameAlreadyExist"), api_errors.NameExists, 400, False),
    (400, api("ErrorQueryCluster"), api_errors.NotFound, 404, False),
    (404, api("EntityNotExist.Role"), api_errors.Rejected, 400, False),
    (400, api("QPS Limit Exceeded"), api_errors.Throttled, 429, False),
    (400, api("InvalidSecurityToken.Expired"), api_errors.Denied, 400, False),
    (400, api("SignatureDoesNotMatch"), api_errors.Denied, 400, False),
    (403, api("StatusForbidden"), api_errors.Denied, 403, False),
    (403, api("ErrorCheckAcl"), api_errors.Denied, 403, False),
    (415, PLAIN, api_errors.Rejected, 415, False),
    (500, PLAIN, api_errors.Rejected, 415, False),
    (500, {"code": 400, "message": "said so"}, api_errors.Rejected, 400, False),
    (500, "code=429, message=slow down", api_errors.Throttled, 429, False),
    (500, "code=408, message=Request Timeout", api_errors.ServerFault, 500, True),
    (502, "code=500, message=oops", api_errors.ServerFault, 502, True),
    (400, api("InvalidParameter"), api_errors.Rejected, 400, False),
    (400, api("ErrorClusterNotFound"), api_errors.NotFound, 404, False),
    (404, api("ErrorClusterNotFound"), api_errors.NotFound, 404, False),
    (404, api("ResourceNotFound"), api_errors.NotFound, 404, False),
    (404, api("InvalidAccessKeyId.NotFound"), api_errors.Denied, 401, False),
    (404, api("InvalidAction.NotFound"), api_errors.Rejected, 400, False),
    (403, api("SignatureDoesNotMatch"), api_errors.Denied, 403, False),
    (403, api("Forbidden.RAM"), api_errors.Denied, 403, False),
    (400, api("SignatureNonceUsed"), api_errors.Denied, 400, True),
    (400, api("Throttling.User"), api_errors.Throttled, 429, False),
    (503, api("Throttling"), api_errors.Throttled, 429, False),
    (429, HTML, api_errors.Throttled, 429, False),
    (500, api("InternalError"), api_errors.ServerFault, 500, True),
    (502, HTML, api_errors.ServerFault, 502, True),
    (503, "", api_errors.ServerFault, 503, True),
    (403, HTML, api_errors.AnswerUnreadable, 0, True),
    (404, "", api_errors.AnswerUnreadable, 0, True),
    (404, HTML, api_errors.AnswerUnreadable, 0, True),
    (307, "", api_errors.AnswerUnreadable, 0, True),
]


@pytest.mark.parametrize(("status", "body", "kind", "meaning", "uncertain"), TABLE)
def test_what_an_error_answer_means(
    status: int, body: Any, kind: type[api_errors.Fault], meaning: int, uncertain: bool
) -> None:
    found = error(CHANGE, status, body)
    assert (type(found), found.http_status, found.uncertain) == (kind, meaning, uncertain)
    read = error(READ, status, body)
    assert (type(read), read.http_status, read.uncertain) == (kind, meaning, False)


def test_a_changing_call_is_repeated_only_when_throttled() -> None:
    repeated = {(status, kind) for status, body, kind, *_ in TABLE if error(CHANGE, status, body).repeatable}
    assert {kind for _, kind in repeated} == {api_errors.Throttled}
    assert {kind for s, b, kind, *_ in TABLE if error(READ, s, b).repeatable} == {
        api_errors.Throttled,
        api_errors.ServerFault,
    }


@pytest.mark.parametrize("body", ["", HTML, "404: Not Found", api("InvalidAction.NotFound")])
def test_an_endpoint_without_tasks_has_no_such_task(body: Any) -> None:
    found = error(TASK, 404, body)
    assert (type(found), found.http_status) == (api_errors.NotFound, 404)
    assert type(error(TASK, 404, api("InvalidAccessKeyId.NotFound"))) is api_errors.Denied


def test_the_request_id_is_found_in_a_header_too() -> None:
    assert error(READ, 502, HTML, x_acs_request_id="R-2").request_id == "R-2"
    assert error(READ, 400, api("X"), x_acs_request_id="R-2").request_id == "R-1"
    assert error(READ, 400, {"code": "X", "requestId": "a\nb"}).request_id == ""


def test_secrets_that_a_server_repeats_are_blanked() -> None:
    said = 'server string to sign is:[x-acs-security-token:tok/en+1 pass "wo\\rd]'
    found = error(READ, 403, api("SignatureDoesNotMatch", said), "tok/en+1", 'pass "wo\\rd')
    assert found.message == "server string to sign is:[x-acs-security-token:[hidden] [hidden]]"
    assert isinstance(found, api_errors.Answered)
    assert "tok/en" not in json.dumps(found.body)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"x-acs-retry-after": "2500"}, 2.5),
        ({"x-acs-retry-after": "2500", "retry-after": "9"}, 2.5),
        ({"x-acs-retry-after": "0", "retry-after": "9"}, 9.0),
        ({"retry-after": "Mon, 16 Sep 2019 08:30:20 GMT"}, 20.0),
        ({"retry-after": "Mon, 16 Sep 2019 08:29:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "1e9"}, 60.0),
        ({"retry-after": "1e999"}, 60.0),
        ({"retry-after": "3600"}, 3600.0),
        ({"retry-after": "9" * 5000}, 60.0),
        ({"x-acs-retry-after": "1e9"}, 60.0),
        ({"x-acs-retry-after": "9" * 30}, 60.0),
        ({"retry-after": "Mon, 16 Sep 2099 08:30:20 GMT"}, 60.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "2\x1f"}, 2.0),
    ],
)
def test_how_long_the_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@given(st.text(max_size=60))
def test_no_retry_after_breaks_the_reader(text: str) -> None:
    for name in ("retry-after", "x-acs-retry-after"):
        found = retry_after({name: text}, NOW)
        assert found is None or found >= 0


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Mon, 16 Sep 2019 08:50:00 GMT", "; this machine's clock is 1200 s behind the API's: set it"),
        ("Mon, 16 Sep 2019 08:00:00 GMT", "; this machine's clock is 1800 s ahead of the API's: set it"),
        ("Mon, 16 Sep 2019 08:30:30 GMT", ""),
        ("no date", ""),
        ("", ""),
    ],
)
def test_a_call_refused_for_its_date_says_how_wrong_the_clock_is(date: str, told: str) -> None:
    found = error(READ, 400, api("InvalidTimeStamp.Expired"), date=date)
    assert found.message == "said so" + told
    assert isinstance(found, api_errors.Denied)
    assert error(READ, 400, api("InvalidParameter"), date=date).message == "said so"


def test_a_wait_until_a_date_is_reckoned_by_the_server_s_clock() -> None:
    there = {"date": "Mon, 16 Sep 2019 08:50:00 GMT", "retry_after": "Mon, 16 Sep 2019 08:50:07 GMT"}
    assert error(READ, 429, api("Throttling"), **there).retry_after == 7
