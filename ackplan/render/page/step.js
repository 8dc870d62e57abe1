// One step in full: its call, its sizes and times, what it waits for, what became of it.

const MOST_NEEDS = 8;

/** @param {Cluster} cluster */
function stepParts(cluster) {
  const own = stepsOfCluster(cluster.name);
  return own.length ? [element("h3", {}, own.length === 1 ? "Step" : "Steps"), ...own.map(stepPart)] : [];
}

/** @param {number} number */
function stepPart(number) {
  const step = steps[number];
  const { call, end } = step;
  return element(
    "div",
    {
      class: number === chosen.step ? "step chosen" : "step",
      "data-step": number,
    },
    element(
      "header",
      {},
      element("b", {}, step.text),
      isCritical(step) && badge("record", "critical path"),
      end && badge(end.status, end.status),
    ),
    call
      ? element("p", { class: "call" }, element("code", {}, call))
      : element("p", { class: "quiet" }, "calls nothing"),
    stepFacts(step),
    ...(end?.errors ?? []).map(findingPart),
    step.body ? bodyPart(step, step.body, number === chosen.step) : null,
  );
}

/**
 * A step's sizes and times, what it waits for, and what became of it with all its ids.
 *
 * @param {Step} step
 */
function stepFacts(step) {
  const { workers, instances = [], expected, timeout } = step;
  const needs = neededClusters(step);
  /** @type {Array<[string, Child | Child[]]>} */
  const facts = [
    ["Workers", workers && `${workers.before} → ${workers.after}`],
    ["Instances", instances.join(", ")],
    ["Expected", expected && `${expected}, given up after ${timeout}`],
    ["After", needs.length ? nameLinks(needs, MOST_NEEDS) : ""],
    ...endFacts(step.end),
  ];
  const lines = facts.filter(([, fact]) => fact);
  return lines.length ? definitions(lines) : null;
}

/**
 * @param {End | undefined} end
 * @returns {Array<[string, string | undefined]>}
 */
function endFacts(end) {
  if (!end) return [];
  const took = end.took && `${precise(end.seconds)}, from ${precise(end.start ?? 0)} on`;
  return [
    ["Took", took || end.note],
    ["Cluster", end.id],
    ["Request", end.requests?.join(", ")],
    ["Task", end.tasks?.join(", ")],
    ["Retried", end.retries?.map(retryText).join("; ")],
  ];
}

/**
 * The other clusters that a step waits for.
 *
 * @param {Step} step
 */
function neededClusters({ cluster, needs = [] }) {
  const names = new Set(needs.map((need) => steps[need].cluster));
  names.delete(cluster);
  return [...names];
}

/** @param {Retry} retry */
function retryText({ code, request, pause }) {
  return joined(", ", code, request && `request ${request}`, `again after ${pause}s`);
}

/**
 * @param {Step} step
 * @param {string} body
 * @param {boolean} isChosen
 */
function bodyPart(step, body, isChosen) {
  const open = isChosen || step.kind !== "create";
  const label = `Body of ${step.text}`;
  const lines = element("pre", { tabindex: 0, role: "region", "aria-label": label }, body);
  return element("details", { open }, element("summary", {}, "Body"), lines);
}
