"""What commands say to a reader of Chinese has no line of English: every command, in its usual course and refused.

A command or a subcommand that is not among the rows fails the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from ackplan.cli.command_table import FURTHER
from ackplan.cli.main import cli
from tests.chinese_text import english
from tests.running import command_line

_SPEC = """ackplan: 1
region: cn-beijing
templates:
  web:
    cluster_type: ManagedKubernetes
    vpcid: vpc-2zegvl5etah5requ09nec
    vswitch_ids: [vsw-2ze48rkq464rsdts1abcd]
    snat_entry: true
    worker_instance_types: [ecs.hfc5.xlarge]
    worker_system_disk_category: cloud_efficiency
    worker_system_disk_size: 120
    num_of_nodes: 3
    login_password: {env: ACK_PW}
clusters:
"""
_FIRST = "  shop: {extends: web}\n  depot: {extends: web}\n"
_SECOND = "  shop: {extends: web, num_of_nodes: 5}\n  store: {extends: web, depends_on: [shop]}\n"
_BLOCKED = _FIRST.replace("extends: web}", "extends: web, vpcid: vpc-2zegvl5etah5requ09ned}", 1)
_WRONG = (
    "  shop: {extends: web, num_of_nodes: x, foo: 1, vpcid: q, kubernetes_version: 1.20}\n"
    "  depot: {extends: web, worker_period: 1, depends_on: [nowhere]}\n"
)
_POLICY = "ackplan_policy: 1\nrules:\n  few: {max_changes: 1}\n"
_ENGINE = "--engine temporal://127.0.0.1:9/default --store-patience 0s"
_ENVIRONMENT = {"ACKPLAN_LANG": "zh", "ACK_PW": "Aa1!aaaaaaaa", "COLUMNS": "200"}

# What is typed, in the order in which a project lives: a word with `:` writes a spec or a file before the next row.
ROWS = """
init
init --keep --force
spec:FIRST
validate
doctor --sandbox
plan --sandbox
plan --sandbox --format markdown
plan --sandbox --out it.plan
show --sandbox it.plan
show --sandbox --format markdown it.plan
graph --sandbox --format mermaid it.plan
rehearse it.plan
apply --sandbox it.plan
apply --sandbox it.plan
show --sandbox
clusters --sandbox
clusters --sandbox shop
doctor --sandbox
drift --sandbox --keep
import --sandbox shop
import --sandbox --all
export --sandbox --all
export --sandbox --all --out exported
export --sandbox nobody
upgrade-spec --sandbox shop
tasks --sandbox
tasks list --sandbox shop
tasks cancel --sandbox T-none --auto-approve
tasks pause --sandbox T-none --auto-approve
tasks resume --sandbox T-none --auto-approve
kubeconfig --sandbox shop --out config
kubeconfig --sandbox shop --merge
kubeconfig --sandbox shop --merge --out x
kubeconfig revoke --sandbox shop
kubeconfig revoke --sandbox shop --auto-approve
certs --sandbox shop --out certs
attach-script --sandbox shop
api --sandbox GET /nowhere
api --sandbox GET nowhere
sandbox status
sandbox scale shop 2
sandbox rename depot shed
sandbox fail create_cluster --times 2
sandbox fail --list
sandbox fail --clear
sandbox fail --clear
sandbox fail nothing
drift --sandbox
drift --sandbox --format markdown
sandbox rename shed depot
sandbox scale shop 3
spec:SECOND
plan --sandbox
plan --sandbox --format markdown
plan --sandbox --target shop
plan --sandbox --policy policy.yaml
plan --sandbox --policy policy.yaml --format markdown
plan --sandbox --destroy
apply --sandbox
sandbox fail scale_out --how task
apply --sandbox --auto-approve
apply --sandbox --auto-approve
sandbox delete shop
plan --sandbox
spec:FIRST
spec:BLOCKED
plan --sandbox
plan --sandbox --format markdown
spec:WRONG
validate
plan --sandbox
fmt --check
fmt --diff nowhere
spec:FIRST
state list --sandbox
state show --sandbox store
state history --sandbox
state pull --sandbox
state push --sandbox nowhere.json
state mv --sandbox store shed
state rebind --sandbox
state rm --sandbox store
state rm --sandbox nobody
state rekey --sandbox
state init --sandbox
state migrate --sandbox --to elsewhere
lock show --sandbox
lock hold --sandbox --reason 冻结
lock show --sandbox
apply --sandbox --auto-approve
lock release --sandbox
lock release --sandbox
unlock --sandbox
workspace new --sandbox team
workspace list --sandbox
workspace delete --sandbox team
workspace delete --sandbox nobody
board --sandbox --out board
board --sandbox
destroy --sandbox
destroy --sandbox --auto-approve
fleet plan --sandbox
file:workspaces
fleet plan --sandbox
fleet plan --sandbox --out plans
fleet plan --sandbox --format markdown
fleet plan --sandbox --format html
fleet drift --sandbox
fleet apply --sandbox plans
fleet apply --sandbox
fleet plan --sandbox --workspaces nobody
worker ENGINE
runs ENGINE
runs cancel ENGINE fleet-plan-1
sandbox reset
sandbox status
explain ACK2001 ACK5001
explain nothing
schema nothing
completion nothing
simulator --access-key nothing
version --nothing
plna
plan --frmat x
plan --format x
plan --rate -1 --sandbox
plan --lock-ttl x
plan --target
show a b
plan --destroy --refresh-only --sandbox
plan --var x --sandbox
plan -C nowhere
doctor --endpoint http://example.com
doctor --sandbox --state x
"""
# The simulator serves until it is stopped, and has a row for what it refuses alone.
_FILES = {
    "workspaces": "ackplan: 1\nworkspaces: {ws-1: {path: ., record: default}, ws-2: {path: x-9, depends_on: [ws-1]}}\n"
}
_SPECS = {"FIRST": _FIRST, "SECOND": _SECOND, "BLOCKED": _BLOCKED, "WRONG": _WRONG}


def _commands() -> Iterator[str]:
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        yield from [f"{name} {part}" for part in command.commands] if isinstance(command, click.Group) else [name]
        yield from (f"{name} {part}" for part in FURTHER.get(name, ()))


# Documents for programs, and what is as it stands in a file.
_AS_IT_IS = ("export --sandbox --all", "state pull", "state show", "upgrade-spec", "graph", "completion")


def test_every_command_has_a_row() -> None:
    rows = ROWS.strip().splitlines()
    assert [
        name for name in _commands() if not any(row.split(" ")[: name.count(" ") + 1] == name.split() for row in rows)
    ] == []


def test_no_line_is_english(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(_POLICY)
    environment = {**_ENVIRONMENT, "HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "kube")}
    faults = []
    for row in ROWS.strip().splitlines():
        kind, _, name = row.partition(":")
        if kind in {"spec", "file"} and " " not in row:
            file, text = ("ackplan.yaml", _SPEC + _SPECS[name]) if kind == "spec" else ("workspaces.yaml", _FILES[name])
            (tmp_path / file).write_text(text)
            continue
        done = command_line(tmp_path, *row.replace("ENGINE", _ENGINE).split(), environment=environment)
        told = done.err if row.startswith(_AS_IT_IS) else done.out + done.err
        faults += [f"{row}: {each}" for each in english(told)]
        assert "ACK9001" not in told
    for page in (tmp_path / "board").rglob("*.html"):
        faults += [f"{page.name}: {each}" for each in english(page.read_text("utf-8"))]
    assert faults == [], "\n".join(faults)


def test_english_is_found() -> None:
    assert english("已完成 3 个步骤。Nothing else happened.") == [
        "Nothing else happened <- 已完成 3 个步骤。Nothing else happened."
    ]
    assert english("请执行：ackplan plan --sandbox") == []
