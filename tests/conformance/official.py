"""The two official Python clients, pointed at a simulator by endpoint and in no other way changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from alibabacloud_cs20151215.client import Client
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_openapi.utils_models import OpenApiRequest, Params
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest, RoaRequest
from darabonba.runtime import RuntimeOptions

VERSION = "2015-12-15"


class Classic:
    """`aliyun-python-sdk-core`, HMAC-SHA1. It adds `RegionId` to every query and sends no nonce."""

    def __init__(self, port: int, key: str = "sandbox", secret: str = "sandbox", credential: Any = None) -> None:
        keys = {"credential": credential} if credential else {"ak": key, "secret": secret}
        self._client = AcsClient(region_id="cn-beijing", auto_retry=False, port=port, **keys)
        self._client.add_endpoint("cn-beijing", "CS", "127.0.0.1")

    def generic(self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None) -> Any:
        """Any call, by its path."""
        request = CommonRequest(domain="127.0.0.1", version=VERSION, uri_pattern=path)
        request.set_method(method)
        for name, value in (query or {}).items():
            request.add_query_param(name, value)
        if body is not None:
            request.set_content(json.dumps(body).encode())
            request.set_content_type("application/json;charset=utf-8")
        return self._send(request)

    def typed(self, request: RoaRequest, body: Mapping[str, Any] | None = None, *, as_form: bool = False) -> Any:
        """A call by its own class; parameters that the class has no method for are added as it adds its own."""
        for name, value in (body or {}).items():
            request.add_body_params(name, value)
        if body and not as_form:
            request.set_content_type("application/json")
        return self._send(request)

    def _send(self, request: Any) -> Any:
        request.set_protocol_type("http")
        answer = self._client.do_action_with_exception(request)
        return json.loads(answer) if answer else None


class Current(Client):  # type: ignore[misc]
    """`alibabacloud-cs20151215`; `v2` makes it sign with HMAC-SHA1 instead of ACS3-HMAC-SHA256."""

    def __init__(self, port: int, signature: str | None = None, **credentials: str) -> None:
        keys = {"access_key_id": "sandbox", "access_key_secret": "sandbox"} | credentials
        super().__init__(
            Config(
                endpoint=f"127.0.0.1:{port}",
                protocol="http",
                region_id="cn-beijing",
                signature_algorithm=signature,
                **keys,
            )
        )

    def generic(
        self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None, read: str = "json"
    ) -> Any:
        """Any call, by its path."""
        params = Params(
            action="Any",
            version=VERSION,
            protocol="HTTP",
            pathname=path,
            method=method,
            auth_type="AK",
            style="ROA",
            req_body_type="json",
            body_type=read,
        )
        request = OpenApiRequest(body=body, query=dict(query or {}))
        return self.call_api(params, request, RuntimeOptions())["body"]
