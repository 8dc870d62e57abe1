// The clusters, a row each: what happens to it, or what became of it, and how long that takes.

const MOST_MOVES = 3;

const list = new VirtualList({
  id: "clusters",
  label: "Clusters",
  height: 52,
  fill: fillCluster,
  choose: (number) => choose(number, -1),
});
const titles = ["", "Cluster", data.run ? "What happened" : "What changes", "", data.run ? "Took" : "Expected"];
const listView = element("div", { id: "list" }, element("div", { class: "titles", "aria-hidden": "true" }, ...titles.map((title) => element("span", {}, title))), list.root);

function fillCluster(number, row) {
  const cluster = clusters[number];
  row.classList.add("cluster");
  row.setAttribute("data-tone", cluster.tone);
  const where = [cluster.kind, cluster.region].filter(Boolean).join(" · ");
  row.append(
    element("span", { class: "mark", "aria-hidden": "true" }, cluster.mark ?? "="),
    element("div", {},
      element("div", { class: "label" }, cluster.name),
      element("div", { class: "sub" }, element("span", { class: "region" }, where), element("div", { class: "short" }, moves(cluster) ?? said(cluster)))),
    element("div", { class: "changes what" }, ...what(cluster)),
    element("div", { class: "flags" }, ...flags(cluster)),
    element("div", { class: "time" }, time(cluster)),
  );
}

/** One phrase on what happens to a cluster, or on what became of it. */
function said(cluster) {
  const failed = cluster.status === "failed" && errorsOf(cluster)[0];
  if (failed) return failed.detail || failed.summary;
  return [cluster.became ?? cluster.headline, cluster.brief].filter(Boolean).join(" · ");
}

/** The same, and the first few parameters that change. */
function what(cluster) {
  const phrase = element("div", { class: cluster.status === "failed" ? "said" : "", "data-tone": cluster.status ?? null }, said(cluster));
  return [phrase, moves(cluster)];
}

/** The first few parameters that change; null where the phrase says enough. What is recorded only comes last. */
function moves(cluster) {
  if (cluster.tone === "create" || cluster.status === "failed" || !cluster.fields?.length) return null;
  const moved = [...cluster.fields].sort((a, b) => a[4].includes("recorded only") - b[4].includes("recorded only"));
  const shown = moved.slice(0, MOST_MOVES).map(move);
  if (moved.length > MOST_MOVES) shown.push(element("span", {}, `and ${moved.length - MOST_MOVES} more`));
  return element("div", { class: "moves" }, ...shown);
}

function move([mark, name, before, after]) {
  const old = before === null ? null : element("span", { class: "old" }, short(text(before)));
  const fresh = after === null ? null : element("span", { class: "new" }, short(text(after)));
  return element("span", {}, `${mark === "~" ? "" : mark}${text(name)} `, old, old && fresh && " → ", fresh);
}

function short(value) {
  return value.length > 40 ? `${value.slice(0, 39)}…` : value;
}

function flags(cluster) {
  const shown = [];
  const tries = retriesOf(cluster);
  const errors = findingsOf(cluster).filter((found) => found.severity === "error").length;
  const warnings = findingsOf(cluster).length - errors;
  if (errors) shown.push(badge("error", counted(errors, "error")));
  if (warnings) shown.push(badge("warning", counted(warnings, "warning")));
  if (tries) shown.push(badge("warning", tries === 1 ? "1 retry" : `${tries} retries`));
  if (cluster.status && cluster.status !== "no-op") shown.push(badge(cluster.status, cluster.status));
  if (cluster.tone === "blocked") shown.push(badge("blocked", "blocked"));
  if (cluster.drift) shown.push(badge("drift", "drift"));
  return shown;
}

function time(cluster) {
  if (!data.run) return cluster.seconds ? `~${duration(cluster.seconds)}` : "";
  const ends = endsOf(cluster).filter((end) => end.start !== null);
  return ends.length ? precise(ends.reduce((sum, end) => sum + end.seconds, 0)) : "";
}
