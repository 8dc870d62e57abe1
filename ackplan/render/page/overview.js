// The graph from afar: steps of one column, region and sort are one box, so that hundreds of them can be read.

/** A plan of more steps is first seen from afar, where that is at most a third as many boxes. */
const MOST_STEPS = 60;
const WORTH = 3;
/** A window of the usual form. */
const USUAL = { width: 1300, height: 560 };

/**
 * Steps that are one box: what they do, where, how many, which.
 *
 * @typedef {{text: string, region: string, tone: Tone, members: number[], place: Place, critical: boolean}} Group
 */

const columnsOfSteps = stepColumns();
const groups = stepGroups();
/** The number of each step's group. */
const groupOf = groupNumbers();
const groupArrows = arrowsOfGroups();
const hasOverview = steps.length > MOST_STEPS && groups.length > 1 && groups.length * WORTH <= steps.length;

/** How many steps lie before each on the longest way to it. */
function stepColumns() {
  /** @type {number[]} */
  const columns = new Array(steps.length).fill(-1);
  steps.forEach((_, number) => {
    const open = [number];
    while (open.length) {
      const at = open[open.length - 1];
      const needs = steps[at].needs ?? [];
      const missing = columns[at] < 0 ? needs.filter((need) => columns[need] < 0) : [];
      if (missing.length) open.push(...missing);
      else {
        columns[at] = needs.reduce((most, need) => Math.max(most, columns[need] + 1), 0);
        open.pop();
      }
    }
  });
  return columns;
}

/** @returns {Group[]} */
function stepGroups() {
  /** @type {Map<string, Group>} */
  const found = new Map();
  steps.forEach((step, number) => {
    const region = clusters[clusterNumber(step.cluster)]?.region ?? "";
    const column = columnsOfSteps[number];
    const key = [column, region, toneOf(step), step.text].join("\n");
    const start = {
      text: step.text,
      region,
      tone: toneOf(step),
      members: [],
      place: { column, row: 0 },
      critical: false,
    };
    const group = found.get(key) ?? start;
    group.members.push(number);
    group.critical ||= isCritical(step);
    found.set(key, group);
  });
  return placed([...found.values()].sort((a, b) => byText(a.region, b.region) || byText(a.text, b.text)));
}

/**
 * The groups, each at the next free place of its column; a long column goes on beside itself.
 *
 * @param {Group[]} found
 */
function placed(found) {
  /** @type {number[]} */
  const counts = [];
  for (const { place } of found) counts[place.column] = (counts[place.column] ?? 0) + 1;
  const most = rowsThatFit(counts);
  const starts = counts.map((_, column) => columnsNeeded(counts.slice(0, column), most));
  /** @type {number[]} */
  const taken = [];
  for (const { place } of found) {
    const before = taken[place.column] ?? 0;
    taken[place.column] = before + 1;
    place.row = before % most;
    place.column = starts[place.column] + Math.floor(before / most);
  }
  return found;
}

/**
 * How many rows show these columns largest in a window of the usual form.
 *
 * @param {number[]} counts how many boxes each column has
 */
function rowsThatFit(counts) {
  const size = (/** @type {number} */ rows) =>
    Math.min(USUAL.width / (columnsNeeded(counts, rows) * BOX.across), USUAL.height / (rows * BOX.down));
  const choices = [...new Array(Math.max(1, ...counts)).keys()].map((rows) => rows + 1);
  return choices.reduce((best, rows) => (size(rows) > size(best) ? rows : best));
}

/**
 * @param {number[]} counts
 * @param {number} rows
 */
function columnsNeeded(counts, rows) {
  return counts.reduce((sum, count) => sum + Math.ceil(count / rows), 0);
}

function groupNumbers() {
  /** @type {number[]} */
  const numbers = [];
  groups.forEach(({ members }, number) => {
    for (const member of members) numbers[member] = number;
  });
  return numbers;
}

/** @returns {Arrow[]} */
function arrowsOfGroups() {
  /** @type {Map<string, Arrow>} */
  const found = new Map();
  steps.forEach(({ needs = [] }, number) => {
    for (const need of needs) {
      const [from, to] = [groupOf[need], groupOf[number]];
      if (from !== to) found.set(`${from} ${to}`, { from, to, bends: [] });
    }
  });
  return [...found.values()];
}

/** How large the drawing of the groups is, in boxes. */
function overviewGrid() {
  const places = groups.map(({ place }) => place);
  const most = (/** @type {number[]} */ numbers) => numbers.reduce((a, b) => Math.max(a, b), 0) + 1;
  return { columns: most(places.map(({ column }) => column)), rows: most(places.map(({ row }) => row)) };
}

/**
 * @param {number} number
 * @param {Set<number>} visible
 */
function groupShape(number, visible) {
  const { text: said, region, tone, members, place, critical } = groups[number];
  const { x, y } = corner(place);
  const seen = members.filter((member) => visible.has(member)).length;
  const count =
    seen === members.length
      ? counted(seen, "step")
      : say("{some} of {all}", { some: seen, all: counted(members.length, "step") });
  const words = joined(" · ", said, count);
  const attributes = {
    class: joined(" ", "node group", critical && "critical", seen === 0 && "dim"),
    "data-group": number,
    "data-tone": tone,
    tabindex: 0,
    role: "button",
    "aria-label": joined(", ", region, words, critical && say("on the critical path"), say("opens its steps")),
    transform: `translate(${x} ${y})`,
  };
  const box = shape("rect", { class: "box", width: BOX.width, height: BOX.height, rx: 7 });
  return shape("g", attributes, box, ...boxWords(region || said, region ? words : count, attributes["aria-label"]));
}

/**
 * @param {Arrow} arrow
 */
function groupArrowShape({ from, to, bends }) {
  const isHot = groups[from].critical && groups[to].critical;
  return shape("path", {
    class: joined(" ", "arrow", isHot && "critical"),
    d: curve([groups[from].place, ...bends, groups[to].place]),
    "marker-end": `url(#head-${isHot ? "critical" : "plain"})`,
  });
}
