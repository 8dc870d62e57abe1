"""Programs that pipelines run, as far as they run them: gh, curl, jq, sleep, python -m pip. Each writes down its call.

Run as `shims.py NAME ARGUMENTS`. `PIPELINE_WORLD` names a folder: `world.json` is what the platform's API knows,
`calls.jsonl` what was asked, `artifacts/RUN/NAME` what runs kept.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jq

WORLD = Path(os.environ["PIPELINE_WORLD"])


def main(name: str, arguments: list[str]) -> int:
    with (WORLD / "calls.jsonl").open("a") as log:
        log.write(json.dumps([name, *arguments]) + "\n")
    return PROGRAMS[name](arguments)


def gh(arguments: list[str]) -> int:
    assert os.environ.get("GH_TOKEN"), "gh is not signed in"
    if arguments[:2] == ["auth", "setup-git"]:
        return 0
    if arguments[:2] == ["run", "download"]:
        return _download(arguments[2:])
    assert arguments[0] == "api"
    return _api(arguments[1:])


def _download(arguments: list[str]) -> int:
    run, options = arguments[0], dict(zip(arguments[1::2], arguments[2::2], strict=True))
    shutil.copytree(WORLD / "artifacts" / run / options["--name"], options["--dir"], dirs_exist_ok=True)
    return 0


def _api(arguments: list[str]) -> int:
    method, path, query, fields = "GET", "", "", {}
    rest = iter(arguments)
    for word in rest:
        match word:
            case "--paginate":
                pass
            case "--method":
                method = next(rest)
            case "--jq":
                query = next(rest)
            case "--field" | "--raw-field":
                name, _, value = next(rest).partition("=")
                fields[name] = Path(value[1:]).read_text("utf-8") if value[0] == "@" and word == "--field" else value
            case _:
                path = word
    answer = _answer(method, path, fields)
    for value in jq.compile(query).input_value(answer).all() if query else [answer]:
        print(value if isinstance(value, str) else json.dumps(value))
    return 0


def _answer(method: str, path: str, fields: dict[str, str]) -> Any:
    file = WORLD / "world.json"
    world = json.loads(file.read_text("utf-8"))
    answer = _asked(world, method, path.partition("?"), fields)
    file.write_text(json.dumps(world), "utf-8")
    return answer


def _asked(world: dict[str, Any], method: str, address: tuple[str, str, str], fields: dict[str, str]) -> Any:
    path, query = address[0].removeprefix("repos/shop/fleet/"), address[2]
    bot = {"login": "github-actions[bot]"}
    if found := re.fullmatch(r"issues/(\d+)/comments", path):
        comments = world["comments"].setdefault(found[1], [])
        if method == "POST":
            comments.append({"id": 100 + len(comments), "user": bot, **fields})
        return comments
    if found := re.fullmatch(r"issues/comments/(\d+)", path):
        (comment,) = [c for every in world["comments"].values() for c in every if c["id"] == int(found[1])]
        assert method == "PATCH"
        return comment.update(fields)
    if found := re.fullmatch(r"commits/(\w+)/pulls", path):
        return world["pulls"].get(found[1], [])
    if re.fullmatch(r"actions/workflows/ackplan-plan\.yml/runs", path):
        head = dict(part.split("=") for part in query.split("&"))["head_sha"]
        return {"workflow_runs": [run for run in world["runs"] if run["head_sha"] == head]}
    if path == "issues" and method == "POST":
        world["issues"].append({"number": 1 + len(world["issues"]), "user": bot, "state": "open", **fields})
        return world["issues"][-1]
    if path == "issues":
        return [issue for issue in world["issues"] if issue["state"] == "open"]
    if found := re.fullmatch(r"issues/(\d+)", path):
        assert method == "PATCH"
        return world["issues"][int(found[1]) - 1].update(fields)
    raise AssertionError(f"{method} {path}")


def curl(arguments: list[str]) -> int:
    assert arguments[-1].endswith("&audience=sts.aliyuncs.com")
    print(json.dumps({"value": "a-token"}))
    return 0


def filter_json(arguments: list[str]) -> int:
    value = jq.compile(arguments[-1]).input_text(sys.stdin.read()).first()
    raw = "--raw-output" in arguments and isinstance(value, str)
    print(value if raw else json.dumps(value))
    return 0


def python(arguments: list[str]) -> int:
    if arguments[:2] == ["-m", "pip"]:
        return 0
    return subprocess.run([sys.executable, *arguments], check=False).returncode


PROGRAMS = {"gh": gh, "curl": curl, "jq": filter_json, "sleep": lambda _: 1, "python": python}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
