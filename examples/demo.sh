#!/bin/sh
# The whole life of a fleet against the embedded ACK API: validate, plan, apply, change, apply again, destroy.
# Needs no account and no network; works in a folder of its own, which it removes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$here/fleet/fleet" "$work/fleet"
cd "$work"

# Any password will do here: the sandbox takes it and forgets it.
export ACK_NODE_PASSWORD="Demo-only-$$" ECS_ROOT_PASSWORD="Demo-only-$$"
export ACKPLAN_SANDBOX=1 ACKPLAN_TIME_SCALE=600

show() {
  printf '\n\033[1m$ %s\033[0m\n' "$*"
  "$@"
}

say() {
  printf '\n\033[2m# %s\033[0m\n' "$*"
}

say "Twelve clusters in three regions, in four files."
show ackplan validate
say "What would happen? Nothing is live yet."
show ackplan plan --out first.plan
say "Carry out exactly that plan."
show ackplan apply first.plan
say "Nothing is left to do:"
show ackplan plan --detailed-exitcode

say "Now the fleet is edited: bigger web clusters, two instances attached, fewer data workers, one shop closed."
sed -i.bak 's/web_size: {type: integer, default: 3/web_size: {type: integer, default: 4/' fleet/00-templates.yaml
sed -i.bak 's/    num_of_nodes: 4$/    num_of_nodes: 3\n    scale_in: {strategy: newest, release_node: true}/' fleet/00-templates.yaml
cat >> fleet/hangzhou.yaml <<'YAML'
    attach:
      - instances: [i-bp1shopfloor00000001, i-bp1shopfloor00000002]
        password: {env: ECS_ROOT_PASSWORD}
YAML
sed -i.bak '/^  floor-singapore:/,/^    depends_on/d' fleet/singapore.yaml
rm fleet/*.bak
show ackplan plan --out second.plan
show ackplan apply second.plan
show ackplan state list

say "The end: everything is deleted, what depends on something first."
show ackplan destroy --auto-approve
show ackplan clusters
