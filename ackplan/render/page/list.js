// The clusters, a row each: what happens to it, or what became of it, and how long that takes.

const MOST_CHANGES = 3;

const clusterList = new VirtualList({
  id: "clusters",
  label: "Clusters",
  height: 52,
  fill: fillCluster,
  choose: (number) => choose(number, -1),
});
const clusterView = element("div", { id: "list" }, columnTitles(), clusterList.root);

function columnTitles() {
  const titles = ["", "Cluster", data.run ? "What happened" : "What changes", "", data.run ? "Took" : "Expected"];
  const cells = titles.map((title) => element("span", {}, title));
  return element("div", { class: "titles", "aria-hidden": "true" }, ...cells);
}

/**
 * @param {number} number
 * @param {HTMLElement} row
 */
function fillCluster(number, row) {
  const cluster = clusters[number];
  row.classList.add("cluster");
  row.setAttribute("data-tone", cluster.tone);
  const short = element("div", { class: "short" }, changesInShort(cluster) ?? phrase(cluster));
  const region = element("span", { class: "region" }, joined(" · ", cluster.kind, cluster.region));
  const label = element("div", { class: "label" }, cluster.name);
  row.append(
    element("span", { class: "mark", "aria-hidden": "true" }, cluster.mark ?? "="),
    element("div", {}, label, element("div", { class: "sub" }, region, short)),
    element("div", { class: "changes what" }, emphasis(cluster), changesInShort(cluster)),
    element("div", { class: "flags" }, ...flags(cluster)),
    element("div", { class: "time" }, timeOf(cluster)),
  );
}

/** @param {Cluster} cluster */
function emphasis(cluster) {
  const failed = cluster.status === "failed";
  return element("div", { class: failed ? "said" : "", "data-tone": cluster.status }, phrase(cluster));
}

/**
 * One phrase on what happens to a cluster, or on what became of it.
 *
 * @param {Cluster} cluster
 */
function phrase(cluster) {
  const error = cluster.status === "failed" && errorsOf(cluster)[0];
  if (error) return error.detail || error.summary;
  return joined(" · ", cluster.became ?? cluster.headline, cluster.brief);
}

/**
 * The first few parameters that change; null where the phrase says enough. Minor ones come last.
 *
 * @param {Cluster} cluster
 */
function changesInShort(cluster) {
  if (cluster.tone === "create" || cluster.status === "failed" || !cluster.fields?.length) return null;
  const fields = [...cluster.fields].sort((a, b) => Number(isMinor(a)) - Number(isMinor(b)));
  const shown = fields.slice(0, MOST_CHANGES).map(changeInShort);
  if (fields.length > MOST_CHANGES) shown.push(element("span", {}, `and ${fields.length - MOST_CHANGES} more`));
  return element("div", { class: "moves" }, ...shown);
}

/** @param {Field} field */
function isMinor({ notes = [] }) {
  return notes.some((note) => data.notes[note].minor);
}

/** @param {Field} field */
function changeInShort({ mark, name, before, after }) {
  const old = before === undefined ? null : element("span", { class: "old" }, shortValue(text(before)));
  const fresh = after === undefined ? null : element("span", { class: "new" }, shortValue(text(after)));
  return element("span", {}, `${mark === "~" ? "" : mark}${text(name)} `, old, old && fresh && " → ", fresh);
}

/** @param {Cluster} cluster */
function flags(cluster) {
  const retries = retriesOf(cluster);
  const findings = findingsOf(cluster);
  const errors = findings.filter((finding) => finding.severity === "error").length;
  const warnings = findings.length - errors;
  const { drift } = data.notes;
  return present([
    errors > 0 && badge("error", counted(errors, "error")),
    warnings > 0 && badge("warning", counted(warnings, "warning")),
    retries > 0 && badge("warning", retries === 1 ? "1 retry" : `${retries} retries`),
    cluster.status && cluster.status !== "no-op" && badge(cluster.status, cluster.status),
    cluster.tone === "blocked" && badge("blocked", "blocked"),
    cluster.drift && badge(drift.tone, drift.text),
  ]);
}

/** @param {Cluster} cluster */
function timeOf(cluster) {
  if (!data.run) return cluster.seconds ? `~${duration(cluster.seconds)}` : "";
  const ends = endsOf(cluster).filter((end) => end.start !== undefined);
  return ends.length ? precise(ends.reduce((sum, end) => sum + end.seconds, 0)) : "";
}
