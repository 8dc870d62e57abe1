"""Programs that pipelines run, as far as they run them: gh, curl, jq, sleep, python -m pip. Each writes down its call.

`PIPELINE_WORLD` names a folder: `world.json` is what the platform's API knows,
`calls.jsonl` what was asked, `artifacts/RUN/NAME` what runs kept.
"""

from __future__ import annotations

import json
import os
import re
import shlex
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
            number = 100 + sum(map(len, world["comments"].values()))
            comments.append({"id": number, "user": bot, **fields})
        return comments
    if found := re.fullmatch(r"issues/(\d+)/labels(?:/(.+))?", path):
        return _labels(world, method, found[1], found[2] or fields.get("labels[]", ""))
    if found := re.fullmatch(r"issues/comments/(\d+)", path):
        (comment,) = [c for every in world["comments"].values() for c in every if c["id"] == int(found[1])]
        assert method == "PATCH"
        return comment.update(fields)
    if found := re.fullmatch(r"commits/(\w+)/pulls", path):
        return world["pulls"].get(found[1], [])
    if re.fullmatch(r"actions/workflows/ackplan-plan\.yml/runs", path):
        head = dict(part.split("=") for part in query.split("&"))["head_sha"]
        return {"workflow_runs": [run for run in world["runs"] if run["head_sha"] == head]}
    if path == "user":
        return bot
    if path == "issues" and method == "POST":
        world["issues"].append({"number": 1 + len(world["issues"]), "user": bot, "state": "open", **fields})
        return world["issues"][-1]
    if path == "issues":
        return [issue for issue in world["issues"] if issue["state"] == "open"]
    if found := re.fullmatch(r"issues/(\d+)", path):
        assert method == "PATCH"
        return world["issues"][int(found[1]) - 1].update(fields)
    raise AssertionError(f"{method} {path}")


def _labels(world: dict[str, Any], method: str, number: str, name: str) -> Any:
    labels = world.setdefault("labels", {}).setdefault(number, [])
    if method == "POST":
        labels.append({"name": name})
    elif method == "DELETE":
        labels.remove({"name": name})
    return labels


def curl(arguments: list[str]) -> int:
    if arguments[-1].endswith("&audience=sts.aliyuncs.com"):
        print(json.dumps({"value": "a-token"}))
        return 0
    options = {"--request": "GET"}
    fields: dict[str, str] = {}
    rest = iter(arguments[:-1])
    for word in rest:
        if word in {"--data", "--data-urlencode"}:
            name, mark, value = re.match(r"([\w]+)([=@])(.*)", next(rest), re.DOTALL).groups()
            fields[name] = Path(value).read_text("utf-8") if mark == "@" else value
        elif word in {"--header", "--request"}:
            options[word] = next(rest)
    assert Path(options["--header"][1:]).read_text("utf-8").startswith("PRIVATE-TOKEN:")
    return _gitlab(options["--request"], arguments[-1].removeprefix("https://gitlab.example/api/v4/"), fields)


def _gitlab(method: str, address: str, fields: dict[str, str]) -> int:
    file = WORLD / "world.json"
    world = json.loads(file.read_text("utf-8"))
    path = address.partition("?")[0].removeprefix("projects/1/")
    relabelled = re.fullmatch(r"merge_requests/(\d+)", path) if method == "PUT" else None
    answer = _relabel(world, relabelled[1], fields) if relabelled else _answered(world, method, path, fields)
    file.write_text(json.dumps(world), "utf-8")
    sys.stdout.buffer.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())
    return 0


def _relabel(world: dict[str, Any], iid: str, fields: dict[str, str]) -> dict[str, Any]:
    labels = set(world.setdefault("labels", {}).get(iid, [])) - set(fields["remove_labels"].split(","))
    world["labels"][iid] = sorted(labels | {fields["add_labels"]})
    return {}


def _answered(world: dict[str, Any], method: str, path: str, fields: dict[str, str]) -> Any:
    match [method, *path.split("/")]:
        case ["GET", "user"]:
            return {"id": 7}
        case ["GET", "merge_requests", iid, "notes"]:
            return [note for note in world["notes"] if note["iid"] == iid]
        case ["POST", "merge_requests", iid, "notes"]:
            world["notes"].append({"id": 1 + len(world["notes"]), "iid": iid, "author": {"id": 7}, **fields})
        case ["PUT", "merge_requests", _, "notes", note]:
            world["notes"][int(note) - 1].update(fields)
        case ["GET", "repository", "commits", commit, "merge_requests"]:
            return [request for request in world["merge_requests"] if request["commit"] == commit]
        case ["GET", "merge_requests", iid, "pipelines"]:
            return [pipeline for pipeline in world["pipelines"] if pipeline["merge_request"] == iid]
        case ["GET", "pipelines", pipeline, "jobs"]:
            return [job for job in world["jobs"] if job["pipeline"] == int(pipeline)]
        case ["GET", "jobs", number, "artifacts", name]:
            (job,) = [job for job in world["jobs"] if job["id"] == int(number)]
            return (WORLD / "artifacts" / f"{job['pipeline']}-{job['name']}" / name).read_bytes()
        case ["GET", "issues"]:
            return [issue for issue in world["issues"] if "state_event" not in issue]
        case ["POST", "issues"]:
            world["issues"].append({"iid": 1 + len(world["issues"]), **fields})
        case ["PUT", "issues", iid]:
            world["issues"][int(iid) - 1].update(fields)
        case other:
            raise AssertionError(other)
    return {}


def filter_json(arguments: list[str]) -> int:
    raw, *words = arguments if arguments[0] == "--raw-output" else ("", *arguments)
    text = Path(words[1]).read_text("utf-8") if len(words) > 1 else sys.stdin.read()
    for value in jq.compile(words[0]).input_text(text).all():
        print(value if raw and isinstance(value, str) else json.dumps(value))
    return 0


def python(arguments: list[str]) -> int:
    if arguments[:3] == ["-P", "-m", "pip"]:
        return 0
    if arguments[:3] == ["-I", "-m", "venv"]:
        return _environment(Path(arguments[3]) / "bin")
    if "-m" in arguments:
        raise ValueError("a module of the checkout could take this one's place")
    return subprocess.run([sys.executable, *arguments], check=False).returncode


def _environment(folder: Path) -> int:
    """A virtual environment in which `pip install` has nothing to do: ackplan is there."""
    folder.mkdir(parents=True, exist_ok=True)
    line = f"""printf '%s\\n' "$@" >> {shlex.quote(str(WORLD / "pip.txt"))}"""
    (folder / "pip").write_text(f"#!/bin/sh\n{line}\n", "utf-8")
    (folder / "python").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n', "utf-8")
    (folder / "python").chmod(0o755)
    (folder / "pip").chmod(0o755)
    shutil.copy(shutil.which("ackplan") or "", folder / "ackplan")
    return 0


PROGRAMS = {
    "gh": gh,
    "curl": curl,
    "jq": filter_json,
    "sleep": lambda _: 1,
    "python": python,
    "python3": python,
    "apt-get": lambda _: 0,
}
