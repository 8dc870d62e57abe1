"""`ackplan import --from-terraform`: the clusters of a Terraform state come under management; its secrets stay in it."""

from __future__ import annotations

import copy
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live_fleets import LIVE, OUTSIDE
from projects import WEB, Project

from ackplan.spec.layout import laid_out
from tests.running import simulator

HERE = Path(__file__).parent
STATE = HERE / "terraform/fleet.tfstate"


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Project]:
    with simulator(live={"clusters": [*LIVE, *OUTSIDE]}) as api:
        (tmp_path / "fleet.tfstate").write_bytes(STATE.read_bytes())
        yield Project(tmp_path, api)


def state() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(STATE.read_text("utf-8"))
    return loaded


def as_shown(stored: dict[str, Any]) -> dict[str, Any]:
    """The same as `terraform show -json` prints it: instances by address, modules inside of each other."""
    root: dict[str, Any] = {"resources": [], "child_modules": []}
    for resource in stored["resources"]:
        module = {"address": resource.get("module", ""), "resources": [], "child_modules": []}
        for each in resource["instances"]:
            key = each.get("index_key")
            prefix = f"{resource['module']}." if "module" in resource else ""
            index = "" if key is None else f"[{json.dumps(key)}]"
            entry = {
                "address": f"{prefix}{resource['type']}.{resource['name']}{index}",
                "mode": resource["mode"],
                "type": resource["type"],
                "name": resource["name"],
                "values": each["attributes"],
                "sensitive_values": {"password": True, "tags": {}, "addons": [{}]},
            }
            entry |= {"deposed_key": each["deposed"]} if "deposed" in each else {}
            module["resources"].append(entry)
        if module["address"]:
            root["child_modules"].append(module)
        else:
            root["resources"] += module["resources"]
    return {"format_version": "1.0", "terraform_version": "1.5.7", "values": {"root_module": root}}


def recorded(project: Project) -> dict[str, Any]:
    clusters: dict[str, Any] = json.loads((project.folder / "state/default.json").read_text("utf-8"))["clusters"]
    return clusters


def check(name: str, text: str, request: pytest.FixtureRequest) -> None:
    expected = HERE / "expect" / name
    if request.config.getoption("--update"):
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")


def test_a_fleet_of_terraform_s_is_taken_over(found: Project, request: pytest.FixtureRequest) -> None:
    done = found.run("import", "--from-terraform", "fleet.tfstate", "--out", "ackplan.yaml")
    assert done.code == 0, done.err
    assert done.out == "Recorded 4 clusters. See what the spec would change: ackplan plan\n"
    text = (found.folder / "ackplan.yaml").read_text("utf-8")
    check("terraform.yaml", text, request)
    check("terraform.txt", done.err, request)
    assert laid_out(text.encode(), "ackplan.yaml") == text.encode()
    assert found.run("validate").code == 0
    planned = found.run("plan", "--detailed-exitcode")
    assert (planned.code, planned.out.partition("\n")[0]) == (0, "No changes. Live clusters match the spec.")
    assert found.run("drift").out.startswith("No drift.\n")
    assert found.changing() == []


def test_what_terraform_shows_is_read_as_its_state_is(found: Project) -> None:
    stored = found.run("import", "--from-terraform", "fleet.tfstate", "--out", "ackplan.yaml")
    before = recorded(found)
    (found.folder / "state/default.json").unlink()
    (found.folder / "shown.json").write_text(json.dumps(as_shown(state())), "utf-8")
    shown = found.run("import", "--from-terraform", "shown.json", "--out", "again.yaml")
    assert recorded(found) == before
    assert (found.folder / "again.yaml").read_bytes() == (found.folder / "ackplan.yaml").read_bytes()
    assert sorted(shown.err.replace("again.yaml", "ackplan.yaml").splitlines()) == sorted(stored.err.splitlines())


def test_every_attribute_that_is_set_is_taken_over_or_told(found: Project) -> None:
    done = found.run("import", "--from-terraform", "fleet.tfstate", "--out", "ackplan.yaml")
    told = {
        (cluster, attribute)
        for cluster, listed in re.findall(r"^ACK3056 warning: (\S+): .*: (\w[\w., ]*) \(", done.err, re.MULTILINE)
        for attribute in listed.split(", ")
    }
    taken = recorded(found)
    for resource in state()["resources"]:
        for each in resource["instances"]:
            attributes = each["attributes"]
            if attributes.get("name") not in taken:
                continue
            for name, value in attributes.items():
                if value in (None, "", [], {}) or name in {"id", "name", "timeouts"}:
                    continue
                parts = {attribute.partition(".")[0] for cluster, attribute in told if cluster == attributes["name"]}
                assert name in parts or _is_taken(name, value, taken[attributes["name"]]), (attributes["name"], name)


def _is_taken(name: str, value: Any, entry: dict[str, Any]) -> bool:
    """Whether the value stands in the record under any name, as it is, as a number's digits, or as tags and blocks."""
    flat = json.dumps(entry["parameters"], ensure_ascii=False)
    if isinstance(value, dict):
        return all(f'"{key}"' in flat for key in value)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return name == "master_nodes" or all(
            str(item.get("name", item.get("size"))) in flat for item in value if not item.get("disabled")
        )
    if name == "vswitch_ids" and json.dumps(value[0]) in flat:
        return True
    return json.dumps(value) in flat or f'"{value}"' in flat or value == 0


def test_no_secret_leaves_the_state(found: Project) -> None:
    text = (found.folder / "fleet.tfstate").read_text("utf-8")
    canaries = set(re.findall(r"Canary-[\w-]+", text))
    assert len(canaries) == 10
    for number, extra in enumerate([(), ("--no-refresh", "--region", "cn-beijing"), ("-vv",)]):
        (found.folder / "state/default.json").unlink(missing_ok=True)
        done = found.run("import", "--from-terraform", "fleet.tfstate", "--out", f"{number}.yaml", *extra)
        assert done.code == 0
        plan = found.run("plan", "-f", f"{number}.yaml", "--format", "json")
        said = done.out + done.err + plan.out + plan.err
        assert not [canary for canary in canaries if canary in said]
        for path in found.folder.rglob("*"):
            if path.is_file() and path.name != "fleet.tfstate":
                assert b"Canary" not in path.read_bytes(), path


def test_what_terraform_marks_as_sensitive_is_a_secret(found: Project) -> None:
    marked = state()
    shop = marked["resources"][2]["instances"][0]
    shop["attributes"]["addons"][1]["config"] = "Canary-Addon"
    shop["sensitive_attributes"].append([{"type": "get_attr", "value": "addons"}, {"type": "index", "value": 1}])
    (found.folder / "fleet.tfstate").write_text(json.dumps(marked), "utf-8")
    done = found.run("import", "--from-terraform", "fleet.tfstate", "--out", "ackplan.yaml")
    assert re.search(r"^ACK3056 warning: shop: .*: a secret stays where it is: addons, ", done.err, re.MULTILINE)
    assert "addons" not in recorded(found)["shop"]["parameters"]
    assert "Canary" not in (found.folder / "ackplan.yaml").read_text("utf-8") + done.err


def test_reasons_are_the_right_ones(found: Project) -> None:
    odd = state()
    attributes = odd["resources"][2]["instances"][0]["attributes"]
    attributes |= {"profile": "Default", "tags": ["x"], "worker_disk_size": {"a": 1}, "password": ""}
    (found.folder / "fleet.tfstate").write_text(json.dumps(odd), "utf-8")
    done = found.run("import", "--from-terraform", "fleet.tfstate")
    assert done.code == 0
    lines = [line for line in done.err.splitlines() if line.startswith("ACK3056 warning: shop: ")]
    reasons = dict(line.partition("ignored: ")[2].partition(" (module")[0].split(": ", 1) for line in lines)
    assert "worker_disk_size" in reasons["it has not the form that the provider gives it"]
    assert "profile" in reasons["no create parameter of this API version says it"]
    assert "password" not in " ".join(lines)


def test_offline_terraform_is_taken_at_its_word(found: Project) -> None:
    refused = found.run("import", "--from-terraform", "fleet.tfstate", "--no-refresh")
    assert (refused.code, "--region" in refused.err) == (64, True)
    done = found.run("import", "--from-terraform", "fleet.tfstate", "--no-refresh", "--region", "cn-beijing")
    assert done.out.startswith("Recorded 5 clusters.")
    assert found.api.calls == []
    assert recorded(found)["shop"]["parameters"]["worker_data_disk_size"] == 200


def test_without_out_the_spec_can_be_exported_later(found: Project) -> None:
    assert found.run("import", "--from-terraform", "fleet.tfstate").code == 0
    assert found.run("export", "--all", "--out", "ackplan.yaml").code == 0
    assert "worker_data_disk_size: 200\n" in (found.folder / "ackplan.yaml").read_text("utf-8")
    assert found.run("plan", "--detailed-exitcode").code == 0
    assert found.changing() == []


def test_a_spec_that_lacks_them_is_warned_of(found: Project) -> None:
    found.write(WEB)
    done = found.run("import", "--from-terraform", "fleet.tfstate")
    assert re.findall(r"ACK3052 warning: (\S+):", done.err) == ["012", "rim", "shop", "商店"]


def test_a_state_may_come_from_another_command(found: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`terraform state pull | ackplan import --from-terraform -`"""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(STATE.read_bytes())))
    done = found.run("import", "--from-terraform", "-", "--out", "fleet/")
    assert done.code == 0
    assert sorted(path.name for path in (found.folder / "fleet").iterdir()) == [
        "012.yaml",
        "rim.yaml",
        "shop.yaml",
        "商店.yaml",
    ]
    assert found.run("plan", "--detailed-exitcode").code == 0


def test_twice_is_once(found: Project) -> None:
    found.run("import", "--from-terraform", "fleet.tfstate", "--out", "ackplan.yaml")
    before = (found.folder / "state/default.json").read_bytes()
    there = found.run("import", "--from-terraform", "fleet.tfstate", "--out", "ackplan.yaml")
    assert (there.code, there.err[:7]) == (1, "ACK3054")
    assert found.run("import", "--from-terraform", "fleet.tfstate").code == 0
    assert (found.folder / "state/default.json").read_bytes() == before


def test_contradictions_are_told_and_nothing_is_recorded(found: Project) -> None:
    wrong = state()
    wrong["resources"][2]["instances"][0]["attributes"]["id"] = "cstore001"
    wrong["resources"][3]["instances"][0]["attributes"]["id"] = "cshop0001"
    (found.folder / "fleet.tfstate").write_text(json.dumps(wrong), "utf-8")
    done = found.run("import", "--from-terraform", "fleet.tfstate", "--out", "ackplan.yaml")
    assert done.code == 1
    assert re.findall(r"^ACK\d+ \S+:", done.err, re.MULTILINE) == ["ACK3058 商店:", "ACK3058 shop:"]
    assert not (found.folder / "state").exists()
    assert not (found.folder / "ackplan.yaml").exists()


def test_a_managed_cluster_may_say_that_it_is_an_edge_one(found: Project) -> None:
    newer = copy.deepcopy(state())
    rim = newer["resources"][4]
    rim["type"] = "alicloud_cs_managed_kubernetes"
    rim["instances"] = [{**rim["instances"][0], "attributes": {**rim["instances"][0]["attributes"], "profile": "Edge"}}]
    newer["resources"] = [rim]
    (found.folder / "fleet.tfstate").write_text(json.dumps(newer), "utf-8")
    assert found.run("import", "--from-terraform", "fleet.tfstate").code == 0
    assert recorded(found)["rim"]["kind"] == "edge"


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is not JSON at line 1, column 1"),
        ("{", "it is not JSON at line 1, column 2"),
        ("\x00", "it is not JSON at line 1, column 1"),
        (DEEP, "it is nested too deeply"),
        ('{"version": 4, "resources": ' + DEEP, "it is nested too deeply"),
        ("[]", "the state is not an object"),
        ("{}", "it has no known version"),
        ('{"version": true}', "it has no known version"),
        ('{"version": 3, "modules": []}', "it has version 3, not 4"),
        ('{"version": 5}', "it has version 5, not 4"),
        ('{"meta": {}, "encrypted_data": "x", "encryption_version": "v0"}', "it is encrypted"),
        ('{"version": 4, "resources": {}}', "resources is not a list"),
        ('{"version": 4, "resources": [7]}', "a resource is not an object"),
        ('{"version": 4, "resources": [{"mode": "managed"}]}', "type is not text"),
        (
            '{"version": 4, "resources": [{"mode": "managed", "type": "t", "name": "n", "instances": [[]]}]}',
            "an instance is not an object",
        ),
        (
            '{"version": 4, "resources": [{"mode": "managed", "type": "t", "name": "\\u001b[2J", "instances": [{"attributes": {}}]}]}',
            "a resource has an address that is not valid",
        ),
        ('{"values": {"root_module": 1}}', "a module is not an object"),
        ('{"values": {"root_module": {"child_modules": [1]}}}', "a module is not an object"),
    ],
)
def test_what_is_no_state_is_refused_without_a_word_of_it(text: str, why: str, found: Project) -> None:
    (found.folder / "fleet.tfstate").write_text(text, "utf-8")
    done = found.run("import", "--from-terraform", "fleet.tfstate")
    assert done.code == 1
    assert done.err.startswith(f"ACK3055 Can't read the Terraform state: fleet.tfstate: {why}. Get it from")
    assert not (found.folder / "state").exists()


def test_a_file_that_is_none_or_too_large(found: Project) -> None:
    assert "ACK3011" in found.run("import", "--from-terraform", "nobody.tfstate").err
    with (found.folder / "fleet.tfstate").open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    assert "more than 67,108,864 bytes" in found.run("import", "--from-terraform", "fleet.tfstate").err


HOSTILE: list[Any] = [
    None,
    True,
    0,
    -1,
    1e300,
    "",
    "\x1b[2J",
    "x" * 100_000,
    [],
    [[]],
    [None],
    {},
    {"a": {"b": []}},
    [{}] * 3,
]


@pytest.mark.parametrize("value", HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_whatever_an_attribute_holds_ends_in_a_message(value: Any, found: Project) -> None:
    hostile = state()
    for resource in hostile["resources"][2:6]:
        for each in resource["instances"]:
            kept = {name: each["attributes"].get(name) for name in ("id", "name")}
            each["attributes"] = {**dict.fromkeys(each["attributes"], value), **kept, "\x1b[31mred": value}
    (found.folder / "fleet.tfstate").write_text(json.dumps(hostile), "utf-8")
    done = found.run("import", "--from-terraform", "fleet.tfstate", "--out", "ackplan.yaml")
    assert done.code == 0, done.err[-2000:]
    assert "\x1b" not in done.out + done.err
    if (found.folder / "ackplan.yaml").exists():
        assert found.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from-terraform", "f", "shop"),
        ("--from-terraform", "f", "--all"),
        ("shop", "--out", "x"),
        ("--all", "--no-refresh"),
        (),
    ],
)
def test_options_that_don_t_go_together(arguments: tuple[str, ...], found: Project) -> None:
    assert found.run("import", *arguments).code == 64
