// In which order and under which heads the clusters are listed, and how many there are of each sort.

/** @typedef {"" | "region" | "kind" | "team"} Grouping */
/** @typedef {"harm" | "name" | "time"} Order */

/** @type {Record<Grouping, {label: string, of: (cluster: Cluster) => string}>} */
const GROUPINGS = {
  "": { label: say("Not grouped"), of: () => "" },
  region: { label: say("By region"), of: (cluster) => cluster.region || say("no region") },
  kind: { label: say("By kind"), of: (cluster) => cluster.title || say("other kind") },
  team: { label: say("By team"), of: (cluster) => cluster.team || say("no team") },
};

/** @type {Record<Order, {label: string, compare: (a: number, b: number) => number}>} */
const ORDERS = {
  harm: { label: say("What could hurt first"), compare: byRank },
  name: { label: say("By name"), compare: byName },
  time: { label: say("Longest first"), compare: byTime },
};

/** Names as people order them: `web-2` before `web-10`. */
const collator = new Intl.Collator("en", { numeric: true });

/** The heads of the groups that are listed; item -1 of the list is the first, -2 the second. @type {string[]} */
let heads = [];

/**
 * @param {number} a
 * @param {number} b
 */
function byName(a, b) {
  return byText(clusters[a].name, clusters[b].name) || a - b;
}

/**
 * @param {number} a
 * @param {number} b
 */
function byTime(a, b) {
  return secondsOf(clusters[b]) - secondsOf(clusters[a]) || byRank(a, b);
}

/** @param {Cluster} cluster */
function secondsOf(cluster) {
  if (!data.run) return cluster.seconds ?? 0;
  return endsOf(cluster).reduce((sum, end) => sum + end.seconds, 0);
}

/** The groupings that tell clusters apart here. */
function usefulGroupings() {
  const names = /** @type {Grouping[]} */ (Object.keys(GROUPINGS));
  return names.filter((name) => !name || new Set(clusters.map(GROUPINGS[name].of)).size > 1);
}

/**
 * The items of the list: clusters by number, each group below its head.
 *
 * @param {number[]} visible
 */
function listItems(visible) {
  heads = [];
  if (!chosen.grouping) return visible;
  const { of } = GROUPINGS[chosen.grouping];
  /** @type {Map<string, number[]>} */
  const groups = new Map();
  for (const number of visible) {
    const name = of(clusters[number]);
    groups.set(name, [...(groups.get(name) ?? []), number]);
  }
  return [...groups.keys()].sort(byText).flatMap((name) => {
    const members = groups.get(name) ?? [];
    heads.push(`${name}: ${sortsInWords(members)}`);
    return [-heads.length, ...members];
  });
}

/**
 * @param {string} a
 * @param {string} b
 */
function byText(a, b) {
  return collator.compare(a, b);
}

/**
 * How many of these clusters each filter has: `5 clusters, 3 to create, 1 to destroy`.
 *
 * @param {number[]} members
 */
function sortsInWords(members) {
  const counts = tallies(members);
  const sorts = data.filters.map(({ tone, text: said }) => ({ number: counts.get(tone) ?? 0, said }));
  return joined(
    ", ",
    counted(members.length, noun),
    ...sorts.map(({ number, said }) => number > 0 && `${number} ${said}`),
  );
}

/**
 * How many of these clusters have each tone.
 *
 * @param {number[]} members
 */
function tallies(members) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const tone of members.flatMap((number) => tonesOf(clusters[number]))) {
    counts.set(tone, (counts.get(tone) ?? 0) + 1);
  }
  return counts;
}
