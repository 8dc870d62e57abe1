"""What the pages name exists: links, files, codes, commands and their options, targets, terms, keys of the record."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

from ackplan.cli.command_table import COMMANDS, FURTHER
from ackplan.cli.main import cli
from ackplan.core import catalog
from ackplan.core.actions import Action
from ackplan.core.catalog.parameters import Effect
from ackplan.execute.outcomes import Status
from ackplan.record import Record, RecordedCluster
from ackplan.record.codec import encode, encode_cluster
from ackplan.record.model import CLUSTERS_ONLY, VERSION

OURS = ("ackplan/", "schemas/", "docs/", "tests/", "examples/", "benchmarks/")
PLACEHOLDER = re.compile(r"[A-Z]{4,}|[*{<…]|\.\.\.")


def spans(text: str) -> Iterator[str]:
    """Every piece of code in a page: inline, and what is typed in blocks. Where there are prompts the rest is output."""
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    for block in re.findall(r"^ *```(?:sh|bash|console|yaml)\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        lines = [line.strip() for line in block.splitlines()]
        prompted = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        yield from prompted or lines


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def test_what_is_typed_is_told_from_what_is_printed():
    page = "`one` and\n```console\n$ ackplan plan\nackplan will do\n```\n```sh\nmake test\n```\n```text\nackplan says\n```\n"
    assert list(spans(page)) == ["one", "ackplan plan", "make test"]
    assert list(calls({"page": "`ackplan plan --out x && ackplan apply x | tee log  # done`"})) == [
        ("page", ["plan", "--out", "x"]),
        ("page", ["apply", "x"]),
    ]


def test_there_are_pages(documents):
    assert {
        "docs/architecture.md",
        "docs/diagnostics.md",
        "docs/glossary.md",
        "docs/parameters.md",
        "CHANGELOG.md",
    } <= set(documents)


def test_every_link_leads_somewhere(documents, root):
    broken = []
    for page, text in documents.items():
        for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            if ":" in path:
                continue
            found = (root / page).parent / path if path else root / page
            known = (
                anchors(found.read_text("utf-8")) if anchor and found.suffix == ".md" and found.exists() else {anchor}
            )
            if not found.exists() or anchor not in known:
                broken.append((page, target))
    assert broken == []


def test_every_file_that_is_named_exists(documents, root):
    named = {(page, span) for page, text in documents.items() for span in spans(text) if span.startswith(OURS)}
    named = {(page, span) for page, span in named if " " not in span and not PLACEHOLDER.search(span)}
    assert len(named) > 10
    assert {(page, span) for page, span in named if not (root / span).exists()} == set()


def test_every_module_that_the_architecture_names_exists(documents, root):
    modules = [path.relative_to(root).as_posix() for path in (root / "ackplan").rglob("*.py")]
    named = {span for span in spans(documents["docs/architecture.md"]) if re.fullmatch(r"[\w/]+\.py", span)}
    assert len(named) > 10
    assert {name for name in named if not any(f"/{module}".endswith(f"/{name}") for module in modules)} == set()


def test_every_code_that_is_named_is_explained(documents):
    explained = set(re.findall(r"^### (ACK\d{4})$", documents["docs/diagnostics.md"], re.MULTILINE))
    named = {code for text in documents.values() for code in re.findall(r"\bACK\d{4}\b", text)}
    assert named <= explained


def command(words: list[str]) -> click.Command:
    """The command that the words after `ackplan` name; its own subcommand where it has some."""
    context = click.Context(cli)
    found = cli.get_command(context, " ".join(words[:2])) if len(words) > 1 else None
    found = found or cli.get_command(context, words[0])
    assert found is not None
    if isinstance(found, click.Group) and len(words) > 1:
        return found.commands.get(words[1], found)
    return found


def calls(documents: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Every command line of ackplan in the pages: the words after `ackplan`."""
    for page, text in documents.items():
        for part in (part for span in spans(text) for part in re.split(r"&&|\|\||[;|#]", span)):
            match = re.search(r"(?:^|\s)ackplan ((?:[a-z]|--[a-z])\S*(?: .*)?)$", part.strip())
            if match:
                yield page, match[1].split()


def test_every_command_and_option_that_is_named_exists(documents):
    found = list(calls(documents))
    assert len(found) > 10
    for page, words in found:
        if words[0].startswith("-"):
            continue
        assert words[0] in COMMANDS, f"{page}: ackplan {' '.join(words)}"
        known = {name for parameter in command(words).params for name in parameter.opts} | {"--help"}
        given = {word.partition("=")[0].strip("[]|,.)") for word in words if word.startswith("--")}
        assert given <= known, f"{page}: ackplan {' '.join(words)}"


def options_of(found: click.Command) -> set[str]:
    """Every option of a command and of its subcommands."""
    own = {name for parameter in found.params for name in parameter.opts if name.startswith("-")}
    inner = found.commands.values() if isinstance(found, click.Group) else ()
    return own.union(*map(options_of, inner))


def test_every_option_that_is_named_alone_exists(documents):
    further = [[first, second] for first, seconds in FURTHER.items() for second in seconds]
    known = set().union(*(options_of(command(words)) for words in [*([name] for name in COMMANDS), *further]))
    named = {
        span.split()[0].partition("=")[0]
        for text in documents.values()
        for span in spans(text)
        if span.startswith("--")
    }
    assert {"--skip-blocked", "--lock-timeout"} <= named <= {*known, "--help", "--help-all"}


def test_every_target_of_make_that_is_named_exists(documents, root):
    targets = set(re.findall(r"^([\w-]+):", (root / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {span.split()[1] for text in documents.values() for span in spans(text) if span.startswith("make ")}
    assert {"test", "lint"} <= named <= targets


def test_the_architecture_is_short_and_has_one_diagram(documents):
    text = documents["docs/architecture.md"]
    assert text.count("\n") <= 150
    assert text.count("```mermaid\n") == 1


def test_the_architecture_tells_the_layers_that_are_checked(documents, root):
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    (told,) = re.findall(r"\n- \*\*Layers\*\*.*?(?=\n- )", documents["docs/architecture.md"], re.DOTALL)
    assert re.findall(r"`([a-z |]+)`", " ".join(told.split()).partition("each other:")[2]) == layers
    for package in (path.parent.name for path in (root / "ackplan").glob("*/__init__.py")):
        assert f"ackplan/{package}`" in documents["docs/architecture.md"], package


@pytest.fixture(scope="module")
def terms(documents: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The glossary: each term with its Chinese name and its meaning."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", documents["docs/glossary.md"], re.MULTILINE)
    rows = [row for row in rows if row[0] not in {"term", "---"}]
    assert len({row[0].casefold() for row in rows}) == len(rows), "a term stands twice"
    assert len({row[1] for row in rows}) == len(rows), "a Chinese term stands twice"
    assert all(re.search(r"[\u4e00-\u9fff]", row[1]) and re.search(r"[\u4e00-\u9fff]", row[3]) for row in rows)
    return {row[0]: (row[1], row[2]) for row in rows}


def test_the_glossary_has_the_words_of_the_project(terms):
    words = "spec record live diff change step plan apply drift adopt task workspace lineage serial journal blocked fingerprint"
    assert set(words.split()) <= set(terms)


@pytest.mark.parametrize(
    ("term", "members"),
    [
        ("action", [action.value for action in Action]),
        ("effect", [effect.value for effect in Effect]),
        ("outcome", [status.value for status in Status]),
        ("kind", [kind.name for kind in catalog.DEFAULT.kinds]),
    ],
)
def test_the_glossary_lists_every_member_of_a_closed_set(term, members, terms):
    listed = re.split(r", | or ", terms[term][1].partition(": ")[2] or terms[term][1])
    assert sorted(listed) == sorted(members)


def test_the_record_is_described_key_by_key(documents):
    tables = [
        re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
        for part in documents["state/README.md"].split("A cluster has:")
    ]
    recorded = RecordedCluster("c1", catalog.DEFAULT.kind("managed"), {})
    assert set(re.findall(r'^  "(\w+)":', encode(Record("l", 1, {"a": recorded})), re.MULTILINE)) == set(tables[0])
    assert set(encode_cluster(recorded)) == set(tables[1])
    assert (
        f"version of this format: {CLUSTERS_ONLY} where clusters alone are recorded, else {VERSION}"
        in documents["state/README.md"]
    )


def test_the_licence_is_the_one_that_the_package_names(root: Path):
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    licence = (root / "LICENSE").read_text("utf-8")
    assert project["license"] == "Apache-2.0"
    assert re.search(r"Apache License\s+Version 2\.0, January 2004", licence)
    assert "END OF TERMS AND CONDITIONS" in licence


def test_the_changelog_has_a_place_for_what_is_not_released(documents):
    assert re.findall(r"^## \[(.*)\]", documents["CHANGELOG.md"], re.MULTILINE)[0] == "Unreleased"
