// One cluster in full: why, what changes, its calls, and its three sides beside each other.

const SIDES = ["wanted", "recorded", "live"];
const NO_SIDE = { wanted: "not in the spec", recorded: "not recorded", live: "not live" };

/** Fills the panel with the cluster that is chosen. */
function showDetail() {
  const panel = part("detail");
  const cluster = clusters[chosen.cluster];
  panel.replaceChildren(...(cluster ? clusterParts(cluster) : [element("p", { class: "nothing" }, "Choose a cluster or a step.")]));
  panel.scrollTop = 0;
  document.body.classList.toggle("opened", Boolean(cluster));
}

function clusterParts(cluster) {
  return [
    top(cluster),
    element("p", {}, [cluster.became ?? cluster.headline, cluster.brief].filter(Boolean).join(" · "), ...flags(cluster).map((flag) => [" ", flag])),
    cluster.reason ? element("p", {}, `Why: ${cluster.reason}.`) : null,
    cluster.drift ? element("p", {}, `Drift: ${cluster.drift}.`) : null,
    ...cluster.notes.map((note) => element("p", { class: "quiet" }, note)),
    ...[...findingsOf(cluster), ...(cluster.blocked ?? [])].map(finding),
    ...ways(cluster),
    ...neighbours(cluster),
    ...(data.run ? [...stepParts(cluster), ...changes(cluster)] : [...changes(cluster), ...stepParts(cluster)]),
    ...sideParts(cluster),
  ].filter(Boolean);
}

/** Whose details these are, in sight however far a reader scrolls. */
function top(cluster) {
  const close = element("button", { type: "button", class: "plain close", onclick: () => choose(-1, -1) }, "Close");
  return element("div", { class: "top" },
    element("div", {}, element("span", { class: "mark", "data-tone": cluster.tone, "aria-hidden": "true" }, cluster.mark ?? "="), element("h2", {}, cluster.name), close),
    element("p", { class: "sub" }, [`${cluster.kind} cluster`, cluster.region, cluster.state, cluster.id].filter(Boolean).join(" · ")),
  );
}

/** An error or a warning with what to do about it. */
function finding(found) {
  const subject = found.subject ? element("code", {}, `${found.subject}: `) : null;
  return element(
    "div",
    { class: "alert", "data-tone": found.severity === "error" ? "danger" : "warning" },
    element("p", {}, element("b", {}, `${found.code} ${found.summary}`)),
    element("p", {}, subject, found.detail),
    found.cure ? element("p", {}, "→ ", found.cure) : null,
    found.place ? element("p", { class: "quiet" }, element("code", {}, found.place)) : null,
  );
}

/** What can be done about drift. */
function ways(cluster) {
  if (!cluster.ways?.length) return [];
  return [element("h3", {}, "What can be done"), element("dl", {}, ...cluster.ways.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]))];
}

function neighbours(cluster) {
  const waiting = clusters.filter((other) => (other.waits ?? []).includes(cluster.name)).map((other) => other.name);
  const lines = [["Waits for", cluster.waits ?? []], ["Holds up", waiting]];
  return lines.filter(([, names]) => names.length).map(([title, names]) => element("p", {}, `${title}: `, ...nameLinks(names, 20)));
}

/** Names that lead to their clusters, the first `most` of them. */
function nameLinks(names, most) {
  const links = names.slice(0, most).map((name) => {
    const number = clusterNumbers.get(name);
    return element("button", { type: "button", class: "name", onclick: () => choose(number, -1) }, name);
  });
  const more = names.length - links.length;
  return [...links.flatMap((link, index) => (index ? [", ", link] : [link])), ...(more > 0 ? [` and ${counted(more, "other")}`] : [])];
}

function changes(cluster) {
  if (!cluster.fields?.length) return [];
  const fresh = cluster.fields.every((field) => field[2] === null && !field[4].length);
  const titles = fresh ? ["", "Parameter", "Value"] : ["", "Parameter", "Before", "After"];
  const rows = cluster.fields.map((field) => fieldRow(field, fresh));
  const same = cluster.unchanged ? [element("p", { class: "quiet" }, `${counted(cluster.unchanged, "parameter")} unchanged`)] : [];
  return [element("h3", {}, "What changes"), table("What changes", titles, rows), ...same];
}

function fieldRow([mark, name, before, after, notes, lines], fresh) {
  const tones = { "+": "create", "-": "delete", "~": "update" };
  const start = [
    element("td", { class: "sign", "data-tone": tones[mark] }, mark),
    keyCell(name, notes),
  ];
  if (fresh) return element("tr", {}, ...start, element("td", { class: "value" }, text(after)));
  const both = lines ? [element("td", { class: "value diff", colspan: 2 }, ...lines.map(diffLine))] : [value(before, "old"), value(after, "new")];
  return element("tr", {}, ...start, ...both);
}

/** The name of a parameter, which a line may break after each underscore of, and what is to be said of its change. */
function keyCell(name, notes = []) {
  const words = text(name).split("_");
  const pieces = words.flatMap((word, index) => (index ? ["_", element("wbr"), word] : [word]));
  const why = notes.map((note) => badge(note === "drift" ? "drift" : note === "forces replacement" ? "danger" : "record", note));
  return element("td", { class: "key" }, ...pieces, why.length ? element("div", {}, ...why) : null);
}

function diffLine([mark, line]) {
  const tone = { "+": "new", "-": "old" }[mark] ?? "";
  return element("div", { class: tone }, `${mark} ${text(line)}`);
}

function value(number, tone = "") {
  if (number === null) return element("td", {}, element("span", { class: "absent" }, "not set"));
  if (number === -1) return element("td", {}, element("span", { class: "absent" }, "not told"));
  return element("td", { class: `value ${tone}` }, text(number));
}

function table(label, titles, rows) {
  const head = element("tr", {}, ...titles.map((title) => (title ? element("th", { scope: "col" }, title) : element("td", {}))));
  const whole = element("table", { "aria-label": label }, element("thead", {}, head), element("tbody", {}, ...rows));
  return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${label}, table` }, whole);
}

function stepParts(cluster) {
  const own = stepsOf.get(cluster.name) ?? [];
  return own.length ? [element("h3", {}, own.length === 1 ? "Step" : "Steps"), ...own.map(stepPart)] : [];
}

function stepPart(number) {
  const step = steps[number];
  return element(
    "div",
    { class: number === chosen.step ? "step chosen" : "step", "data-step": number },
    element("header", {}, element("b", {}, step.text), step.critical && !data.run ? badge("record", "critical path") : null, step.end ? badge(step.end.status, step.end.status) : null),
    step.call ? element("p", { class: "call" }, element("code", {}, step.call)) : element("p", { class: "quiet" }, "calls nothing"),
    facts(step),
    ...(step.end?.errors ?? []).map(finding),
    step.body ? bodyPart(step, number) : null,
  );
}

/** A step's sizes and times, what it waits for, and what became of it with all its ids. */
function facts(step) {
  const before = [...new Set(step.needs.map((need) => steps[need].cluster))].filter((name) => name !== step.cluster);
  const { end = {} } = step;
  const lines = [
    ["Workers", step.workers[0] === null ? "" : `${step.workers[0]} → ${step.workers[1]}`],
    ["Instances", step.instances.join(", ")],
    ["Expected", step.expected ? `${step.expected}, given up after ${step.timeout}` : ""],
    ["After", before.length ? nameLinks(before, 8) : ""],
    ["Took", end.took ? `${precise(end.seconds)}, from ${precise(end.start)} on` : end.note],
    ["Cluster", end.id],
    ["Request", end.requests?.join(", ")],
    ["Task", end.tasks?.join(", ")],
    ["Retried", end.retries?.map(retry).join("; ")],
  ].filter(([, fact]) => fact);
  return lines.length ? element("dl", {}, ...lines.flatMap(([name, fact]) => [element("dt", {}, name), element("dd", {}, ...[fact].flat())])) : null;
}

function retry([code, request, pause]) {
  return [code, request && `request ${request}`, `again after ${pause}s`].filter(Boolean).join(", ");
}

function bodyPart(step, number) {
  const open = number === chosen.step || step.kind !== "create";
  const label = `Body of ${step.text}`;
  return element("details", { open }, element("summary", {}, "Body"), element("pre", { tabindex: 0, role: "region", "aria-label": label }, step.body));
}

function sideParts(cluster) {
  if (!cluster.sides?.rows.length) return [];
  const rows = cluster.sides.rows.map((row) => sideRow(row, cluster.sides));
  const titles = ["Parameter", "Wanted", "Recorded", "Live"];
  const unknown = cluster.sides.rows.some((row) => row.includes(-1));
  const hint = unknown ? [element("p", { class: "quiet" }, "Not told: the API does not show it, or the plan does not keep it.")] : [];
  return [element("h3", {}, "Wanted, recorded, live"), ...hint, table("Wanted, recorded, live", titles, rows)];
}

function sideRow([name, ...values], sides) {
  const moved = values.pop();
  const cells = SIDES.map((side, index) => (sides[side] === "no" ? element("td", {}, element("span", { class: "absent" }, NO_SIDE[side])) : value(values[index])));
  return element("tr", { class: moved ? "moved" : null }, keyCell(name), ...cells);
}
