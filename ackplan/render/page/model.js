// What the page shows, as it came with it, and what a reader has chosen to see of it.

const data = JSON.parse(part("data").textContent);
const clusters = data.clusters;
const steps = data.steps;
const clusterNumbers = new Map(clusters.map((cluster, number) => [cluster.name, number]));
const stepsOf = new Map();
const waitingFor = steps.map(() => []);

steps.forEach((step, number) => {
  if (!stepsOf.has(step.cluster)) stepsOf.set(step.cluster, []);
  stepsOf.get(step.cluster).push(number);
  step.needs.forEach((need) => waitingFor[need].push(number));
});

const chosen = { query: "", tones: new Set(), cluster: -1, step: -1 };
const haystacks = new Map();

/** The text of this number; texts that many clusters share are kept once. */
function text(number) {
  return data.texts[number];
}

/** What a cluster is filtered by: what happens to it, what became of it, whether it drifted. */
function tonesOf(cluster) {
  const own = [cluster.tone];
  if (cluster.drift) own.push("drift");
  if (cluster.status && cluster.status !== "no-op") own.push(cluster.status);
  return own;
}

function haystack(number) {
  if (!haystacks.has(number)) haystacks.set(number, searched(clusters[number]).join("\n").toLowerCase());
  return haystacks.get(number);
}

function searched(cluster) {
  const own = [cluster.name, cluster.kind, cluster.region, cluster.id, cluster.state, cluster.headline, cluster.became];
  own.push(cluster.reason, cluster.drift, cluster.status, ...cluster.notes);
  for (const field of cluster.fields ?? []) own.push(...field.slice(1, 4).map((part) => part === null ? "" : text(part)), ...field[4]);
  for (const found of [...findingsOf(cluster), ...(cluster.blocked ?? [])]) own.push(found.code, found.summary, found.detail);
  for (const number of stepsOf.get(cluster.name) ?? []) own.push(...searchedOf(steps[number]));
  return own.filter(Boolean);
}

function searchedOf(step) {
  const end = step.end ?? {};
  const errors = (end.errors ?? []).flatMap((found) => [found.code, found.summary, found.detail]);
  const tries = (end.retries ?? []).flatMap(([code, request]) => ["retry", code, request]);
  return [step.kind, step.call, ...step.instances, end.id, ...(end.requests ?? []), ...(end.tasks ?? []), ...tries, ...errors];
}

/** Whether a reader wants to see this cluster: the words searched for all in it, one of the filters chosen. */
function wanted(number) {
  const cluster = clusters[number];
  if (chosen.tones.size === 0 ? cluster.tone === "no-op" && !chosen.query : !tonesOf(cluster).some((tone) => chosen.tones.has(tone))) return false;
  const words = chosen.query.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => haystack(number).includes(word));
}

/** The clusters as they are listed: what failed first, then what could hurt, else in their own order. */
const RANKS = ["failed", "interrupted", "skipped", "not started", "done", "blocked", "delete", "replace", "scale", "update", "create", "adopt", "forget", "record", "no-op"];
const listed = clusters.map((_, number) => number).sort((a, b) => rank(a, "status") - rank(b, "status") || rank(a, "tone") - rank(b, "tone") || a - b);

function rank(number, by) {
  return RANKS.indexOf(clusters[number][by] ?? "no-op");
}

/** The numbers of the clusters to be seen, in the order in which they are listed. */
function found() {
  return listed.filter(wanted);
}

/** The errors and warnings of the plan that name this cluster. */
function findingsOf(cluster) {
  return data.findings.filter((found) => found.cluster === cluster.name);
}

/** What became of a cluster's steps. */
function endsOf(cluster) {
  return (stepsOf.get(cluster.name) ?? []).map((number) => steps[number].end).filter(Boolean);
}

function errorsOf(cluster) {
  return endsOf(cluster).flatMap((end) => end.errors ?? []);
}

function retriesOf(cluster) {
  return endsOf(cluster).reduce((sum, end) => sum + (end.retries?.length ?? 0), 0);
}

/** What the filters are, each with how many clusters it has. */
function filters() {
  const drifted = clusters.filter((cluster) => cluster.drift).length;
  const same = clusters.filter((cluster) => cluster.tone === "no-op").length;
  return [
    ...(data.statuses ?? []).map(({ tone, number, text: label }) => ({ tone, text: `${number} ${label}` })),
    ...data.tallies,
    ...(drifted ? [{ tone: "drift", text: `${drifted} drifted` }] : []),
    ...(same ? [{ tone: "no-op", text: `${same} unchanged` }] : []),
  ];
}

/** When a step starts and how long it takes; null where it never runs. In a report that is what really happened. */
function timesOf(step) {
  if (!data.run) return step.start === null ? null : [step.start, step.seconds];
  return step.end.start === null ? null : [step.end.start, step.end.seconds];
}

/** The colour of a step: what became of it, or what it does. */
function toneOf(step) {
  if (step.end) return step.end.status;
  if (step.blocked) return "blocked";
  const tones = { create: "create", delete: "delete", attach: "scale", detach: "scale", "scale-out": "scale", "scale-in": "scale" };
  return tones[step.kind] ?? "record";
}
