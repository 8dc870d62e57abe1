"""What a newcomer types: commands say what is there already, what comes next, and what they do not do unasked."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import PASSWORD, WEB, Project

from tests.running import command_line
from tests.terminals import Terminal


def test_a_plan_in_a_terminal_says_what_comes_next(tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(WEB, "utf-8")
    terminal = Terminal(tmp_path, columns=200, rows=60)
    assert terminal.run("plan", "--sandbox", "--target", "web") == 0
    said = "\n".join(terminal.all_lines)
    assert "To plan again and apply: ackplan apply --sandbox --target web. " in said
    kept = command_line(tmp_path, "plan", "--sandbox", "--target", "web")
    assert "To plan again" not in kept.out + kept.err


def test_a_plan_of_nothing_is_kept_without_advice_to_carry_it_out(project: Project) -> None:
    project.applied(WEB)
    done = project.run("plan", "--out", "it.plan")
    assert done.err == "Saved the plan to it.plan. There is nothing in it to carry out.\n"


def test_a_private_key_stands_on_a_terminal_only_where_it_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "ackplan.yaml").write_text(WEB, "utf-8")
    assert command_line(tmp_path, "apply", "--sandbox", "--auto-approve", environment=PASSWORD).code == 0
    terminal = Terminal(tmp_path, columns=200)
    assert terminal.run("certs", "--sandbox", "web") == 64
    assert "give --out DIR, or --stdout" in "\n".join(terminal.lines)
    assert b"PRIVATE" not in terminal.sent
    assert terminal.run("certs", "--sandbox", "web", "--stdout") == 0
    assert b"PRIVATE" in terminal.sent
    assert "PRIVATE" in command_line(tmp_path, "certs", "--sandbox", "web").out


@pytest.mark.parametrize("name", ["x.txt", "fleet.json", "v1.2"])
def test_an_export_makes_no_folder_called_like_a_file(name: str, project: Project) -> None:
    project.applied(WEB)
    done = project.run("export", "--all", "--out", name)
    assert (done.code, (project.folder / name).exists()) == (64, False)
    assert f"--out {name} is no .yaml file; for a folder: --out {name}/" in done.err
    assert project.run("export", "--all", "--out", f"{name}/").code == 0
    assert (project.folder / name / "web.yaml").is_file()


def test_an_import_of_what_is_recorded_says_so(project: Project) -> None:
    project.applied(WEB)
    done = project.run("import", "--all")
    said = "Nothing to record: what the spec names is recorded already, or is not live. See what the spec would change"
    assert (done.code, done.out) == (0, f"{said}: ackplan plan\n")


def test_init_says_what_is_there_already(tmp_path: Path) -> None:
    first = command_line(tmp_path, "init")
    again = command_line(tmp_path, "init")
    assert (again.code, again.out) == (0, "")
    end = " is already there"
    there = {line.removesuffix(end) for line in again.err.splitlines() if line.endswith(end)}
    assert there == {line.removeprefix("Wrote ") for line in first.out.splitlines()} - {".gitignore"}
    assert "export ACK_NODE_PASSWORD=..." in first.err
