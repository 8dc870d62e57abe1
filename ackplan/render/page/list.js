// The clusters, a row each: what happens to it, or what became of it, and how long that takes.

const MOST_CHANGES = 3;
/** So many pixels wide, the list has no column for what changes. */
const NARROW_LIST = 720;

const clusterList = new VirtualList({
  id: "clusters",
  label: say("Clusters"),
  height: clusterHeight,
  fill: (item, row) => (item < 0 ? fillHead(item, row) : fillCluster(item, row)),
  choose: (number) => choose(number, -1),
});
const clusterView = element("div", { id: "list" }, columnTitles(), clusterList.root);

/**
 * How high a row is, so that each of these names stands whole in it.
 *
 * @param {number[]} items
 * @param {number} width
 */
function clusterHeight(items, width) {
  const isNarrow = width <= NARROW_LIST;
  const foot = isNarrow && items.some((number) => number >= 0 && flags(clusters[number]).length) ? 24 : 0;
  const room = isNarrow ? width - 34 - 46 - 72 : ((width - 34 - 196 - 60 - 48 - 64) * 3) / 8;
  const names = items.map((number) => clusters[number]?.name ?? "");
  return 32 + foot + 20 * linesOf(names, room);
}

/**
 * The head of a group.
 *
 * @param {number} item
 * @param {HTMLElement} row
 */
function fillHead(item, row) {
  row.classList.add("head");
  row.setAttribute("aria-disabled", "true");
  row.append(element("h2", {}, heads[-item - 1]));
}

function columnTitles() {
  const titles = [
    "",
    "Cluster",
    data.run ? "What happened" : "What changes",
    "",
    data.run ? "Took" : steps.length ? "Expected" : "",
  ];
  const cells = titles.map((title) => element("span", {}, title && say(title)));
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
  const region = element("span", { class: "region" }, joined(" · ", cluster.title, cluster.region));
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
  if (fields.length > MOST_CHANGES)
    shown.push(element("span", {}, say("and {count} more", { count: fields.length - MOST_CHANGES })));
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

/**
 * What is to be seen of a cluster at a glance: what became of it, what it is in danger of, what was found.
 *
 * @param {Cluster} cluster
 */
function flags(cluster) {
  const { tone, status } = cluster;
  const retries = retriesOf(cluster);
  const { drift } = data.notes;
  return present([
    status && status !== "no-op" && badge(status, say(status)),
    tone === "blocked" && badge("blocked", say("blocked")),
    tone === "scale-in" && !data.run && badge("scale-in", say("scale in")),
    cluster.drift && badge(drift.tone, drift.text),
    retries > 0 && badge("warning", retries === 1 ? say("1 retry") : say("{count} retries", { count: retries })),
    findingsFlag(cluster),
  ]);
}

/** @param {Cluster} cluster */
function findingsFlag(cluster) {
  const findings = findingsOf(cluster);
  const errors = findings.filter((finding) => finding.severity === "error").length;
  if (errors) return badge("error", counted(errors, "error"));
  return findings.length > 0 && badge("warning", counted(findings.length, "warning"));
}

/** @param {Cluster} cluster */
function timeOf(cluster) {
  if (!data.run) return cluster.seconds ? `~${duration(cluster.seconds)}` : "";
  const ends = endsOf(cluster).filter((end) => end.start !== undefined);
  return ends.length ? precise(ends.reduce((sum, end) => sum + end.seconds, 0)) : "";
}
