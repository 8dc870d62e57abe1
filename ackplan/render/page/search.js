// Which clusters a reader wants to see: words that were typed, filters that were chosen.

/** Clusters as they are listed: what failed first, then what could hurt, else in their own order. */
const RANKS = [
  "failed",
  "interrupted",
  "skipped",
  "not started",
  "done",
  "blocked",
  "delete",
  "replace",
  "scale-in",
  "scale",
  "update",
  "create",
  "adopt",
  "forget",
  "record",
  "drift",
  "no-op",
];
/** The searched text of each cluster, once it was needed. @type {Map<number, string>} */
const haystacks = new Map();

/**
 * @param {number} a
 * @param {number} b
 */
function byRank(a, b) {
  const [one, other] = [clusters[a], clusters[b]];
  return rank(one.status) - rank(other.status) || rank(one.tone) - rank(other.tone) || byName(a, b);
}

/** @param {string | undefined} tone */
function rank(tone) {
  return RANKS.indexOf(tone ?? "no-op");
}

/** The numbers of the clusters to be seen, in the order in which they are listed. */
function visibleClusters() {
  const visible = [...clusters.keys()].filter(isVisible);
  return visible.sort(ORDERS[chosen.order].compare);
}

/** The numbers of the clusters that the search leaves, whatever the filters say. */
function searchedClusters() {
  return [...clusters.keys()].filter(isSearched);
}

/**
 * Whether a reader wants to see this cluster: the words searched for all in it, one of the filters chosen.
 *
 * @param {number} number
 */
function isVisible(number) {
  return passesFilters(clusters[number]) && isSearched(number);
}

/** @param {number} number */
function isSearched(number) {
  const words = chosen.query.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => haystack(number).includes(word));
}

/**
 * What nothing happens to is only seen when it is asked for.
 *
 * @param {Cluster} cluster
 */
function passesFilters(cluster) {
  if (chosen.tones.size === 0) return cluster.tone !== "no-op" || Boolean(chosen.query);
  return tonesOf(cluster).some((tone) => chosen.tones.has(tone));
}

/**
 * What a cluster is filtered by: what happens to it, what became of it, whether it drifted.
 *
 * @param {Cluster} cluster
 */
function tonesOf(cluster) {
  /** @type {string[]} */
  const tones = isUndone(cluster) ? [] : [cluster.tone];
  if (cluster.drift) tones.push(data.notes.drift.tone);
  if (cluster.status && cluster.status !== "no-op") tones.push(cluster.status);
  return tones;
}

/**
 * Whether a run was to do something to a cluster and did not.
 *
 * @param {Cluster} cluster
 */
function isUndone({ status }) {
  return status !== undefined && status !== "done" && status !== "no-op";
}

/** @param {number} number */
function haystack(number) {
  let words = haystacks.get(number);
  if (words === undefined) {
    words = joined("\n", ...clusterWords(clusters[number])).toLowerCase();
    haystacks.set(number, words);
  }
  return words;
}

/** @param {Cluster} cluster */
function clusterWords(cluster) {
  const findings = [...findingsOf(cluster), ...(cluster.blocked ?? [])];
  return [
    ...[
      cluster.name,
      cluster.title,
      cluster.region,
      cluster.team,
      cluster.id,
      cluster.state,
      cluster.headline,
      cluster.became,
    ],
    ...[cluster.reason, cluster.drift, cluster.status, ...(cluster.notes ?? [])],
    ...(cluster.fields ?? []).flatMap(fieldWords),
    ...findings.flatMap(findingWords),
    ...stepsOfCluster(cluster.name).flatMap((number) => stepWords(steps[number])),
  ];
}

/** @param {Field} field */
function fieldWords({ name, before, after, notes = [] }) {
  const values = [name, before, after].map((number) => (number === undefined ? "" : text(number)));
  return [...values, ...notes.map((note) => data.notes[note].text)];
}

/** @param {Finding} finding */
function findingWords(finding) {
  return [finding.code, finding.summary, finding.detail];
}

/** @param {Step} step */
function stepWords({ kind, call, instances = [], end }) {
  return [kind, call, ...instances, ...(end ? endWords(end) : [])];
}

/** @param {End} end */
function endWords({ id, requests = [], tasks = [], retries = [], errors = [] }) {
  const tries = retries.flatMap(({ code, request }) => ["retry", code, request]);
  return [id, ...requests, ...tasks, ...tries, ...errors.flatMap(findingWords)];
}
