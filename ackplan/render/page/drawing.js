// The boxes, arrows and tools of the graph.

/**
 * An arrow from step to step, by their numbers, through free places.
 *
 * @typedef {{from: number, to: number, bends: Place[]}} Arrow
 */

/** How large names beside far boxes are seen, in pixels. */
const FAR_LABEL = 11;

/** All arrows, those of the critical path last, so that they lie above the others. */
function allArrows() {
  const arrows = steps.flatMap(({ needs = [], bends = {} }, to) =>
    needs.map((from) => ({ from, to, bends: bends[from] ?? [] })),
  );
  return arrows.sort((a, b) => Number(isCriticalArrow(a)) - Number(isCriticalArrow(b)));
}

/**
 * Whether an arrow is one of the longest way: a step of it that starts when the other ends.
 *
 * @param {Arrow} arrow
 */
function isCriticalArrow({ from, to }) {
  const [before, after] = [steps[from], steps[to]];
  if (!isCritical(before) || !isCritical(after)) return false;
  const [one, next] = [timesOf(before), timesOf(after)];
  return one !== null && next !== null && Math.abs(one.start + one.seconds - next.start) < 0.5;
}

/** @param {Arrow} arrow */
function placesOf({ from, to, bends }) {
  return [steps[from].place, ...bends, steps[to].place];
}

/** @param {Arrow} arrow */
function touchesChosen({ from, to }) {
  return chosen.step === from || chosen.step === to;
}

/** The tips of arrows: a marker takes no color from its line. */
function arrowHeads() {
  const box = {
    viewBox: "0 0 8 8",
    refX: 7.5,
    refY: 4,
    markerWidth: 9,
    markerHeight: 9,
  };
  const tips = ["plain", "critical", "touched"].map((kind) =>
    shape(
      "marker",
      {
        id: `head-${kind}`,
        ...box,
        markerUnits: "userSpaceOnUse",
        orient: "auto",
      },
      shape("path", { class: `head ${kind}`, d: "M0 0.5 8 4 0 7.5z" }),
    ),
  );
  return shape("defs", {}, ...tips);
}

/**
 * @param {Arrow} arrow
 * @param {boolean} isFar
 * @param {boolean} isDim
 */
function arrowShape(arrow, isFar, isDim) {
  const kind = touchesChosen(arrow) ? "touched" : isCriticalArrow(arrow) ? "critical" : "";
  return shape("path", {
    class: joined(" ", "arrow", kind, isDim && "dim"),
    d: curve(placesOf(arrow)),
    "marker-end": isFar ? null : `url(#head-${kind || "plain"})`,
  });
}

/**
 * @param {number} number
 * @param {{isFar: boolean, isDim: boolean, isEntry: boolean}} state
 */
function stepShape(number, { isFar, isDim, isEntry }) {
  const step = steps[number];
  const { x, y } = corner(step.place);
  const states = [
    isFar && "far",
    isCritical(step) && "critical",
    step.tone === "blocked" && "blocked",
    number === chosen.step && "chosen",
    isDim && "dim",
  ];
  const attributes = {
    class: joined(" ", "node", ...states),
    "data-step": number,
    "data-tone": toneOf(step),
    tabindex: isEntry ? 0 : -1,
    role: "button",
    "aria-label": stepLabel(step),
    transform: `translate(${x} ${y})`,
  };
  const box = shape("rect", {
    class: "box",
    width: BOX.width,
    height: BOX.height,
    rx: 7,
  });
  return shape("g", attributes, box, ...(isFar ? [] : stepWordsShapes(step)));
}

/** @param {Step} step */
function stepWordsShapes(step) {
  const { end, expected } = step;
  const time = end ? joined(" ", say(end.status), end.took) : expected && `~${expected}`;
  return boxWords(step.cluster, joined(" · ", step.text, time), stepLabel(step));
}

/**
 * The edge in the color of a box, its name, a line below, and what a pointer over it is told.
 *
 * @param {string} name
 * @param {string} line
 * @param {string} label
 */
function boxWords(name, line, label) {
  const foot = BOX.height - 1;
  return [
    shape("path", {
      class: "side",
      d: `M7 1H5A4 4 0 0 0 1 5V${foot - 4}A4 4 0 0 0 5 ${foot}H7z`,
    }),
    shape("text", { class: "label", x: 17, y: 19 }, fitted(name)),
    shape("text", { class: "small", x: 17, y: 36 }, fitted(line)),
    shape("title", {}, label),
  ];
}

/**
 * From afar boxes have no words: beside those of the last column stand as many names as can be read.
 *
 * @param {number} zoom
 * @param {Rectangle} sight
 */
function farLabels(zoom, sight) {
  const column = data.graph.columns - 1;
  const size = FAR_LABEL / zoom;
  let last = -Infinity;
  const rows = (/** @type {number} */ number) => steps[number].place.row;
  const lastSteps = [...steps.keys()].filter((number) => steps[number].place.column === column);
  return lastSteps
    .sort((a, b) => rows(a) - rows(b))
    .flatMap((number) => {
      const { x, y } = corner(steps[number].place);
      if (y - last < size * 1.4 || !overlap(boxOf(steps[number].place), { ...sight, left: -Infinity })) return [];
      last = y;
      const place = { x: x + BOX.width + size, y: y + BOX.height / 2 + size / 3, "font-size": size };
      return [shape("text", { class: "far-label", ...place }, steps[number].cluster)];
    });
}

/**
 * @param {string} label
 * @param {string} sign
 * @param {() => void} act
 */
function toolButton(label, sign, act) {
  const attributes = {
    type: "button",
    class: "plain",
    "aria-label": label,
    title: label,
    onclick: act,
  };
  return element("button", attributes, sign);
}

function graphHint() {
  return element(
    "p",
    { class: "hint" },
    element("span", { class: "told" }, counted(steps.length, "step")),
    steps.some(isCritical) && element("span", { class: "line" }, say("critical path")),
    element("span", {}, say("drag to move, wheel to zoom, click for details")),
  );
}
