// The boxes, arrows and tools of the graph.

/**
 * An arrow from step to step, by their numbers, through free places.
 *
 * @typedef {{from: number, to: number, bends: Place[]}} Arrow
 */

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
  return Math.abs((before.start ?? 0) + before.seconds - (after.start ?? 0)) < 0.5;
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
  const time = end ? joined(" ", end.status, end.took) : expected && `~${expected}`;
  const foot = BOX.height - 1;
  return [
    shape("path", {
      class: "side",
      d: `M7 1H5A4 4 0 0 0 1 5V${foot - 4}A4 4 0 0 0 5 ${foot}H7z`,
    }),
    shape("text", { class: "label", x: 17, y: 19 }, fitted(step.cluster)),
    shape("text", { class: "small", x: 17, y: 36 }, joined(" · ", step.text, time)),
    shape("title", {}, stepLabel(step)),
  ];
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
    element("span", {}, counted(steps.length, "step")),
    steps.some(isCritical) && element("span", { class: "line" }, "critical path"),
    element("span", {}, "drag to move, wheel to zoom, click for details"),
  );
}
