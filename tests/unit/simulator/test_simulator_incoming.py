"""The target of a request line, as clients and proxies write it, and as nobody should."""

from __future__ import annotations

import pytest

from ackplan.simulator.request import incoming


@pytest.mark.parametrize(
    ("target", "path", "parameters"),
    [
        ("/clusters?name=a&name=b", "/clusters", {"name": "b"}),
        ("http://127.0.0.1:8080/clusters/c1?x=http://y/z", "/clusters/c1", {"x": "http://y/z"}),
        ("https://cs.aliyuncs.com", "/", {}),
        ("https://cs.aliyuncs.com?x", "/", {"x": ""}),
        ("/clusters?next=a://[b", "/clusters", {"next": "a://[b"}),
        ("o://\x1b[2J", "/", {}),
        ("http://[::1/clusters", "/clusters", {}),
    ],
)
def test_a_target_has_a_path_and_parameters(target: str, path: str, parameters: dict[str, str]):
    request = incoming("GET", target, [], b"")
    assert (request.path, request.parameters()) == (path, parameters)
