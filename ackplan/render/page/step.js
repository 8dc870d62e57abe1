// One step in full: its call, its sizes and times, what it waits for, what became of it.

const MOST_NEEDS = 8;

/** @param {Cluster} cluster */
function stepParts(cluster) {
  const own = stepsOfCluster(cluster.name);
  return own.length ? [element("h3", {}, say(own.length === 1 ? "Step" : "Steps")), ...own.map(stepPart)] : [];
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
      isCritical(step) && badge("record", say("critical path")),
      end && badge(end.status, say(end.status)),
    ),
    call
      ? element("p", { class: "call" }, element("code", {}, call))
      : element("p", { class: "quiet" }, say("calls nothing")),
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
    ["Expected", expected && say("{time}, timeout {timeout}", { time: expected, timeout })],
    ["After", needs.length ? nameLinks(needs, MOST_NEEDS) : ""],
    ...endFacts(step.end),
  ];
  const lines = facts.filter(([, fact]) => fact);
  if (!lines.length) return null;
  return definitions(lines.map(([name, fact]) => [say(name), fact]));
}

/**
 * @param {End | undefined} end
 * @returns {Array<[string, string | undefined]>}
 */
function endFacts(end) {
  if (!end) return [];
  const took =
    end.took && say("{time}, from {start} on", { time: precise(end.seconds), start: precise(end.start ?? 0) });
  return [
    ["Took", took || end.note],
    ["Cluster", end.id],
    ["Request", end.requests?.join(", ")],
    ["Task", end.tasks?.join(", ")],
    ["Retried", end.retries?.map(retryText).join(say("; "))],
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
  return joined(", ", code, request && say("request {id}", { id: request }), say("again after {pause}s", { pause }));
}

/**
 * @param {Step} step
 * @param {string} body
 * @param {boolean} isChosen
 */
function bodyPart(step, body, isChosen) {
  const open = isChosen || step.kind !== "create";
  const label = say("Body of {step}", { step: step.text });
  const lines = element("pre", { tabindex: 0, role: "region", "aria-label": label }, body);
  return element("details", { open }, element("summary", {}, say("Body")), lines);
}
