"""`ackplan drift`: silent while nothing moved; else what moved, the ways on, and the spec brought up to date."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import WEB, Project

from ackplan import __version__
from ackplan.record.notes import (
    MAX_NOTE,
    Author,
    Basis,
    DriftCheck,
    DriftedCluster,
    MovedParameter,
    decode_check,
    encode_note,
)
from tests.running import simulator, unsigned

TEMPLATED = WEB.replace("clusters:", "templates:\n  base:\n    num_of_nodes: 3\nclusters:").replace(
    "    num_of_nodes: 3  # enough\n", "    extends: base\n"
)
VARIABLE = WEB.replace("clusters:", "variables: {size: {type: integer, default: 3}}\nclusters:").replace(
    "num_of_nodes: 3 ", "num_of_nodes: ${var.size} "
)
COMPARED = (
    "Compared, where an answer shows it and it is not ignored: cluster_type, region_id, num_of_nodes, "
    "deletion_protection. No answer shows snat_entry, worker_instance_types, worker_system_disk_category, worker_system_disk_size."
)
ANCHOR = WEB.replace("clusters:", "variables: {size: {type: integer, default: &n 3}}\nclusters:").replace(
    "num_of_nodes: 3 ", "num_of_nodes: *n "
)


def scaled(project: Project, count: int) -> None:
    """Somebody adds workers by hand."""
    (cluster,) = project.live()
    body = {
        "count": count,
        "login_password": "Node-password-1",
        "vswitch_ids": cluster["vswitch_id"].split(","),
        "worker_instance_types": ["ecs.hfc5.xlarge"],
        "worker_system_disk_category": "cloud_efficiency",
        "worker_system_disk_size": 120,
        "worker_data_disk": False,
    }
    path = f"/api/v2/clusters/{cluster['cluster_id']}"
    assert project.run("api", "POST", path, "--body", json.dumps(body)).code == 0
    while project.live()[0]["state"] != "running":
        pass


def test_nothing_moved(project: Project) -> None:
    assert project.run("drift").out.startswith("No drift.\n")
    project.applied(WEB)
    done = project.run("drift")
    assert (done.code, unsigned(done.out), done.err) == (0, f"No drift.\n{COMPARED}\n", "")


def test_drift_is_told_with_the_ways_on(project: Project) -> None:
    project.applied(WEB)
    scaled(project, 2)
    before = project.changing()
    (cluster,) = project.live()
    done = project.run("drift")
    assert (done.code, done.err) == (2, "")
    assert unsigned(done.out) == (
        "Drift: 1 cluster changed outside of ackplan since the last apply.\n"
        "\n"
        "  # web changed\n"
        f'  ~ managed cluster "web" (cn-beijing, {cluster["cluster_id"]})\n'
        "      ~ num_of_nodes = 3 -> 5\n"
        f"    since:         the cluster changed last at {cluster['updated']}, says the API\n"
        "    put it back:   ackplan apply --target web --scale-in newest (removes the newest workers: the spec names none)\n"
        "    record it:     ackplan apply --refresh-only --target web\n"
        "    in the spec:   num_of_nodes: 5 at ackplan.yaml:8:5; or: ackplan drift --update-spec --target web\n"
        f"\n{COMPARED}\n"
    )
    assert project.changing() == before


def test_the_result_of_a_check_is_kept_and_replaced(project: Project) -> None:
    project.applied(WEB)
    scaled(project, 2)
    done = project.run("drift", "--keep", "--format", "json")
    assert (done.code, json.loads(done.out)["format_version"]) == (2, "1.2")
    assert "ackplan board" in done.err
    file = project.folder / ".ackplan" / "notes" / "default" / "check"
    check = decode_check(file.read_bytes())
    assert check is not None
    (web,) = check.drifted
    assert (web.name, web.gone, web.moved) == ("web", False, (MovedParameter("num_of_nodes", "3", "5"),))
    assert (check.complete, check.looked, check.total, check.basis.serial) == (True, 1, 1, 1)
    assert project.run("drift", "--keep", "--exclude", "web").code == 0
    narrowed = decode_check(file.read_bytes())
    assert narrowed is not None
    assert (narrowed.complete, narrowed.total) == (False, 0)


def test_a_check_that_failed_leaves_the_one_before(project: Project) -> None:
    project.applied(WEB)
    assert project.run("drift", "--keep").code == 0
    file = project.folder / ".ackplan" / "notes" / "default" / "check"
    before = file.read_bytes()
    assert project.run("drift", "--keep", "--region", "nowhere", "--endpoint", "http://127.0.0.1:9").code == 1
    assert file.read_bytes() == before


def test_what_would_be_too_much_to_keep_is_counted() -> None:
    moved = tuple(MovedParameter(f"p{number}", "b" * 1000, "a" * 1000) for number in range(100))
    drifted = tuple(DriftedCluster(f"c{number}", moved=moved) for number in range(2000))
    data = encode_note(DriftCheck(Author("who", ""), Basis(), True, 2000, 2000, drifted))
    check = decode_check(data)
    assert check is not None
    assert len(data) <= MAX_NOTE
    assert check.total == 2000
    assert 10 < len(check.drifted) <= 1000
    assert max(len(each.before) for each in check.drifted[0].moved) < 200


def test_the_ways_do_what_they_say(project: Project) -> None:
    project.applied(
        WEB.replace("clusters:", "clusters:\n  # kept").replace(
            "    snat", "    scale_in: {strategy: newest}\n    snat"
        )
    )
    scaled(project, 1)
    assert "put it back:   ackplan apply --target web\n" in project.run("drift").out
    recorded = project.run("apply", "--refresh-only", "--target", "web", "--auto-approve")
    assert recorded.code == 0, recorded.out + recorded.err
    assert project.run("drift").out.startswith("No drift.\n")
    assert project.run("plan").out.count("num_of_nodes = 4 -> 3") == 1
    back = project.run("apply", "--auto-approve")
    assert back.code == 0, back.out + back.err
    assert project.live()[0]["size"] == 3
    assert project.run("drift").out.startswith("No drift.\n")


def test_workers_that_nobody_names_are_put_back_by_the_command_as_it_is_shown(project: Project) -> None:
    project.applied(WEB)
    scaled(project, 2)
    (way,) = re.findall(r"put it back: +ackplan (.*) \(removes the newest workers", project.run("drift").out)
    back = project.run(*way.split(), "--auto-approve")
    assert back.code == 0, back.out + back.err
    assert project.live()[0]["size"] == 3
    assert project.run("drift").out.startswith("No drift.\n")
    assert project.run("plan").out.startswith("No changes.")


def test_what_the_spec_asks_for_already_is_neither_put_back_nor_written(project: Project) -> None:
    project.applied(WEB)
    scaled(project, 2)
    assert project.run("drift", "--update-spec").code == 2
    told = project.run("drift").out
    assert "put it back:   nothing to do: the spec asks for what is live now: num_of_nodes\n" in told
    assert "in the spec:   nothing to write: the spec asks for what is live now: num_of_nodes\n" in told


def test_update_spec_changes_one_value_and_keeps_every_other_byte(project: Project) -> None:
    project.applied(WEB)
    scaled(project, 2)
    path = project.folder / "ackplan.yaml"
    path.chmod(0o640)
    done = project.run("drift", "--update-spec")
    assert done.code == 2
    assert done.err == "Wrote ackplan.yaml. To record it: ackplan apply\n"
    assert path.read_text("utf-8") == WEB.replace("num_of_nodes: 3 ", "num_of_nodes: 5 ")
    assert path.stat().st_mode & 0o777 == 0o640
    before = project.changing()
    assert project.run("apply", "--auto-approve").code == 0
    assert project.changing() == before
    assert project.run("drift").out.startswith("No drift.\n")
    assert project.run("plan").out.startswith("No changes.")


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        (
            TEMPLATED,
            "ackplan.yaml:11:14",
            "num_of_nodes comes from a template. Write it yourself: num_of_nodes: 5, in web",
        ),
        (VARIABLE, "ackplan.yaml:9:19", "${var.size} comes from a variable. Change the variable"),
        (ANCHOR, "ackplan.yaml:4:53", "another place uses the same value, or it has a form"),
    ],
)
def test_update_spec_leaves_to_a_person_what_is_not_one_plain_value(
    text: str, place: str, why: str, project: Project
) -> None:
    project.applied(text)
    scaled(project, 2)
    done = project.run("drift", "--update-spec")
    assert done.code == 1
    assert f"ACK1050 web: num_of_nodes: Can't edit the spec here: {why}" in done.err
    assert (project.folder / "ackplan.yaml").read_text("utf-8") == text


def test_update_spec_does_what_it_can_and_tells_the_rest(project: Project) -> None:
    project.write(WEB, "fleet/web.yaml")
    project.write("ackplan: 1\nregion: cn-beijing\nclusters:\n  db: {cluster_type: Ask}\n", "fleet/db.yaml")
    assert project.run("apply", "--auto-approve").code == 0
    assert project.run("state", "list").out == "db\nweb\n"
    project.deleted_by_hand("db")
    scaled(project, 1)
    done = project.run("drift", "--update-spec")
    assert done.code == 1
    assert "fleet/db.yaml:4:3: ACK1050 db: Can't edit the spec here: the cluster is gone" in done.err
    assert "num_of_nodes: 4  # enough" in (project.folder / "fleet/web.yaml").read_text("utf-8")


def test_a_cluster_that_is_gone(project: Project) -> None:
    project.applied(WEB)
    project.deleted_by_hand("web")
    shown = project.run("drift")
    assert shown.code == 2
    assert "# web is gone" in shown.out
    assert "put it back:   ackplan apply --target web (creates it again)" in shown.out
    assert "in the spec:   take its entry out: ackplan.yaml:5:3" in shown.out


def test_a_cluster_that_left_the_spec_is_not_put_back(project: Project) -> None:
    project.applied(WEB + "  db: {cluster_type: Ask}\n")
    project.write(WEB)
    project.deleted_by_hand("db")
    shown = project.run("drift")
    assert "ackplan apply --target db (forgets it: it is not in the spec any more)" in shown.out
    assert "in the spec:" not in shown.out


def test_without_a_spec_the_record_is_compared_all_the_same(project: Project) -> None:
    project.applied(WEB)
    (project.folder / "ackplan.yaml").unlink()
    assert project.run("drift").out.startswith("No drift.\n")
    scaled(project, 1)
    shown = project.run("drift")
    assert shown.code == 2
    assert "num_of_nodes = 3 -> 4" in shown.out
    assert "put it back" not in shown.out


def test_json_is_the_plan_of_a_refresh(project: Project) -> None:
    project.applied(WEB)
    scaled(project, 1)
    told = project.run("drift", "--format", "json")
    planned = project.run("plan", "--refresh-only", "--detailed-exitcode", "--format", "json")
    assert (told.code, planned.code) == (2, 2)
    told_json, planned_json = json.loads(told.out), json.loads(planned.out)
    for each in (told_json, planned_json):
        each["ackplan"]["made"].pop("at")
    assert told_json == planned_json


def test_what_is_to_be_ignored_is_no_drift(project: Project) -> None:
    project.applied(WEB + "    lifecycle: {ignore_changes: [num_of_nodes]}\n")
    scaled(project, 2)
    done = project.run("drift")
    assert (done.code, done.out.partition("\n")[0]) == (0, "No drift.")
    assert project.run("plan").out.startswith("No changes.")


@pytest.mark.parametrize("state", ["running", "updating", "scaling", "upgrading"])
def test_a_state_alone_is_no_drift(state: str, project: Project) -> None:
    project.applied(WEB)
    seen = [{**cluster, "state": state} for cluster in project.live()]
    with simulator(live={"clusters": seen}) as api:
        assert Project(project.folder, api).run("drift").out.startswith("No drift.\n")


def test_a_wrong_spec_or_target_is_an_error(project: Project) -> None:
    project.applied(WEB)
    assert project.run("drift", "--target", "wbe").code == 1
    project.write(WEB.replace("num_of_nodes", "nmu_of_nodes"))
    assert project.run("drift").code == 1


HERE = Path(__file__).parent / "expect"
FLOW = """\
ackplan: 1
region: cn-beijing
clusters: {web: {cluster_type: ManagedKubernetes, snat_entry: true, num_of_nodes: 3, login_password: {env: ACK_NODE_PASSWORD},
  worker_instance_types: [ecs.hfc5.xlarge], worker_system_disk_category: cloud_efficiency, worker_system_disk_size: 120}}  # one line
"""  # fmt: skip


def test_update_spec_knows_flow_style(project: Project) -> None:
    project.applied(FLOW)
    scaled(project, 1)
    assert project.run("drift", "--update-spec").code == 2
    assert (project.folder / "ackplan.yaml").read_text("utf-8") == FLOW.replace("num_of_nodes: 3", "num_of_nodes: 4")
    assert project.run("apply", "--auto-approve").code == 0
    assert project.run("drift").out.startswith("No drift.\n")


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[Project]:
    """Somebody scaled `web` and detached an instance of it, `db` is gone, and `idle` is as it was."""
    record = json.loads((HERE / "drift.record.json").read_text("utf-8"))
    with simulator(live=json.loads((HERE / "drift.live.json").read_text("utf-8"))) as api:
        project = Project(tmp_path, api)
        project.write((HERE / "drift.spec.yaml").read_text("utf-8"))
        project.write(json.dumps(record), "state/default.json")
        yield project


@pytest.mark.parametrize("form", ["text", "markdown", "sarif", "junit", "github"])
def test_every_format_tells_the_same(form: str, moved: Project, request: pytest.FixtureRequest) -> None:
    done = moved.run("drift", "--format", form)
    assert (done.code, done.err) == (2, "")
    shown = unsigned(done.out).replace(f'"version": "{__version__}"', '"version": "0.1.0"')  # of any release
    expected = HERE / f"drift.{form}.txt"
    if request.config.getoption("--update"):
        expected.write_text(shown, "utf-8")
    assert shown == expected.read_text("utf-8")
    assert moved.changing() == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("text", "No drift.\n"),
        ("markdown", "### ackplan: No drift.\n"),
        ("github", ""),
        ("junit", 'tests="1" failures="0"'),
        ("sarif", '"results": []'),
    ],
)
def test_no_format_makes_noise_when_nothing_moved(form: str, said: str, project: Project) -> None:
    project.applied(WEB)
    done = project.run("drift", "--format", form)
    assert (done.code, done.err) == (0, "")
    assert said in done.out if said else not done.out


def test_markdown_stays_within_what_an_issue_can_hold(project: Project) -> None:
    clusters = "".join(f"  shop-{number}: {{cluster_type: Ask}}\n" for number in range(300))
    project.write(f"ackplan: 1\nregion: cn-beijing\nclusters:\n{clusters}")
    entry = {"cluster_id": "", "kind": "serverless", "own": {}, "attached": [], "created": True}
    entry["parameters"] = {"cluster_type": "Ask", "region_id": "cn-beijing"}
    entries = {f"shop-{n}": {**entry, "cluster_id": f"c{n}"} for n in range(300)}
    project.write(json.dumps({"version": 1, "lineage": "l", "serial": 1, "clusters": entries}), "state/default.json")
    done = project.run("drift", "--format", "markdown", "--allow-vanished")
    assert done.code == 2
    assert len(done.out.encode()) < 65_536
    assert "**Left out, for an issue can't be longer:**" in done.out
