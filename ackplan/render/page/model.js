// What the page shows, as it came with it, and what a reader has chosen to see of it.

/** @type {Page} */
const data = JSON.parse(part("data").textContent ?? "");
const { clusters, steps } = data;
for (const [english, words] of Object.entries(data.phrases ?? {})) phrasebook.set(english, words);
/** What all of them are called. */
const noun = clusters.some((cluster) => cluster.name.includes("/")) ? "resource" : "cluster";
const clusterNumbers = new Map(clusters.map((cluster, number) => [cluster.name, number]));

/** Numbers of steps by the name of their cluster. @type {Map<string, number[]>} */
const stepsOf = new Map();

/** Numbers of the steps that wait for each. @type {number[][]} */
const waitingFor = steps.map(() => []);

steps.forEach((step, number) => {
  if (!stepsOf.has(step.cluster)) stepsOf.set(step.cluster, []);
  stepsOf.get(step.cluster)?.push(number);
  step.needs?.forEach((need) => waitingFor[need].push(number));
});

/** The findings of rules by the name of their cluster. @type {Map<string, Finding[]>} */
const ruled = new Map();

for (const rule of data.rules) {
  for (const { text: detail, names = [] } of rule.details) {
    for (const name of names) ruled.set(name, [...(ruled.get(name) ?? []), findingOfRule(rule, detail)]);
  }
}

/**
 * What a rule found of one cluster; a sort of findings has its summary in the place of a rule's name.
 *
 * @param {Rule} rule
 * @param {string} detail
 * @returns {Finding}
 */
function findingOfRule({ rule, severity, code, summary, cures = [] }, detail) {
  const named = summary === undefined ? { summary: rule } : { summary, subject: rule };
  return { severity, code, ...named, detail, cure: joined("; ", ...cures) };
}

/** The chosen cluster and step, by number; -1: none. */
const chosen = {
  query: "",
  tones: /** @type {Set<string>} */ (new Set()),
  grouping: /** @type {Grouping} */ (""),
  order: /** @type {Order} */ ("harm"),
  cluster: -1,
  step: -1,
};

/**
 * The text of this number; texts that many clusters share are kept once.
 *
 * @param {TextNumber} number
 */
function text(number) {
  return data.texts[number];
}

/**
 * The numbers of a cluster's steps.
 *
 * @param {string} name
 */
function stepsOfCluster(name) {
  return stepsOf.get(name) ?? [];
}

/** @param {string} name */
function clusterNumber(name) {
  return clusterNumbers.get(name) ?? -1;
}

/**
 * The errors and warnings of the plan that name this cluster.
 *
 * @param {Cluster} cluster
 */
function findingsOf(cluster) {
  return [...data.findings.filter((finding) => finding.cluster === cluster.name), ...(ruled.get(cluster.name) ?? [])];
}

/**
 * What became of a cluster's steps.
 *
 * @param {Cluster} cluster
 */
function endsOf(cluster) {
  return present(stepsOfCluster(cluster.name).map((number) => steps[number].end));
}

/** @param {Cluster} cluster */
function errorsOf(cluster) {
  return endsOf(cluster).flatMap((end) => end.errors ?? []);
}

/** @param {Cluster} cluster */
function retriesOf(cluster) {
  return endsOf(cluster).reduce((sum, end) => sum + (end.retries?.length ?? 0), 0);
}

/**
 * When a step starts and how long it takes; null where it never runs. In a report that is what really happened.
 *
 * @param {Step} step
 */
function timesOf(step) {
  const { start, seconds } = step.end ?? step;
  return start === undefined ? null : { start, seconds };
}

/**
 * The color of a step: what became of it, or what it does.
 *
 * @param {Step} step
 */
function toneOf(step) {
  return step.end?.status ?? step.tone;
}

/**
 * Whether a step is one of the longest way.
 *
 * @param {Step} step
 */
function isCritical(step) {
  return Boolean(step.critical);
}

/**
 * What a step is called where it is not seen.
 *
 * @param {Step} step
 */
function stepLabel(step) {
  const time = step.end ? say(step.end.status) : step.expected && say("about {time}", { time: step.expected });
  const state = [step.tone === "blocked" && say("blocked"), isCritical(step) && say("on the critical path")];
  return joined(", ", `${step.cluster}: ${step.text}`, step.call, time, ...state);
}

/**
 * The step that an arrow key leads to: along the arrows, or up and down a column.
 *
 * @param {number} from
 * @param {string} key
 */
function neighbour(from, key) {
  const { needs = [], place } = steps[from];
  if (key === "ArrowLeft") return needs[0];
  if (key === "ArrowRight") return waitingFor[from][0];
  const turn = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0;
  if (!turn) return undefined;
  /** @type {(number: number) => number} */
  const distance = (number) => (steps[number].place.row - place.row) * turn;
  const column = [...steps.keys()].filter((number) => steps[number].place.column === place.column);
  return column.filter((number) => distance(number) > 0).sort((a, b) => distance(a) - distance(b))[0];
}
