#!/bin/sh
# The whole life of a fleet with node pools against the embedded ACK API: create, change, upgrade, drift, import, destroy.
# Needs no account and no network; works in a folder of its own, which it removes. Two pages stay, in .demo/ of the checkout.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/today/ackplan.yaml" "$work"
cd "$work"
pages=${ACKPLAN_DEMO_PAGES:-$here/../.demo}
mkdir -p "$pages"
pages=$(cd "$pages" && pwd)

# Any password will do here: the sandbox takes it and forgets it.
export ACK_NODE_PASSWORD="Demo-only-$$"
export ACKPLAN_SANDBOX=1 ACKPLAN_TIME_SCALE=6000

# Escapes are for a terminal that shows them, as https://no-color.org has it.
bold='' dim='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[0m')
fi

show() {
  printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"
  "$@"
}

say() {
  printf '\n%s# %s%s\n' "$dim" "$*" "$plain"
}

edit() {
  sed -i.bak "$@" ackplan.yaml
}

say "Six clusters of four sorts with node pools and add-ons, in one file. What would happen? Nothing is live yet."
show ackplan validate
show ackplan plan --out first.plan
say "Carry out exactly that plan."
show ackplan apply first.plan

say "A usual week: more web nodes, another maintenance window, one add-on more. All of it is changed in place."
edit -e '/desired_size: 3$/{N;s/desired_size: 3\(\n *system_disk_category\)/desired_size: 4\1/;}' \
  -e 's/weekly_period: "Monday,Thursday"/weekly_period: Sunday/' \
  -e 's/{name: nginx-ingress-controller, disabled: true}/{name: ack-node-problem-detector}/'
show ackplan plan --out second.plan
ackplan show --format html second.plan > "$pages/plan.html"
show ackplan apply second.plan

say "Kubernetes two versions on: the plan goes through the one between, the nodes of the pools follow."
edit -e 's/default: 1.31.9-aliyun.1/default: 1.33.3-aliyun.1/'
show ackplan apply --auto-approve

say "What can be set at creation only takes another pool. That is never done without consent: lifecycle: {replace: allow}."
edit -e '/^      hot:$/,/^      spare:$/s/data_disks:.*/&\n          login_as_non_root: true/' \
  -e 's/^      hot:$/&\n        lifecycle: {replace: allow}/'
show ackplan apply --auto-approve

say "Somebody lifts the protection of shop-prod by hand: that is drift, and is put back."
id=$(ackplan api GET /clusters | grep -B 40 '"name": "shop-prod"' | sed -n 's/.*"cluster_id": "\(.*\)",/\1/p' | tail -n 1)
show ackplan api PUT "/api/v2/clusters/$id" --body '{"deletion_protection": false}'
show ackplan drift || true
ackplan drift --format html > "$pages/drift.html" || true
show ackplan apply --auto-approve
show ackplan plan --detailed-exitcode
show ackplan state list

say "The record is lost: all that is live is taken in again, without a changing call, and is written as a spec besides."
# shellcheck disable=SC2046  # one name a word
show ackplan state rm $(ackplan state list | grep -v /)
show ackplan import --all
show ackplan plan --detailed-exitcode
show ackplan export --all --out exported

say "The end. What is protected is never deleted: the spec lifts the protection first."
edit -e 's/deletion_protection: true/deletion_protection: false/' -e 's/prevent_destroy: true/prevent_destroy: false/'
show ackplan apply --auto-approve
show ackplan destroy --auto-approve
show ackplan clusters

say "Two pages to look at in a browser: the plan of the usual week, and the drift."
printf '%s\n' "file://$pages/plan.html" "file://$pages/drift.html"
