// When each step runs: expected times of a plan, real ones of a run. A row a step, the first to start first.

const stepList = new VirtualList({
  id: "steps",
  label: say("Steps in the order in which they start"),
  height: stepHeight,
  fill: fillStep,
  choose: (number) => choose(clusterNumber(steps[number].cluster), number),
});
const axis = element("div", { class: "axis", "aria-hidden": "true" });
const axisLines = element("div", { class: "lines", "aria-hidden": "true" });
const scheduleView = element("div", { id: "schedule" }, axisLines, axis, stepList.root);
const scheduled = [...steps.keys()].filter((number) => timesOf(steps[number])).sort(byStart);

/**
 * How high a row is; on a narrow screen what a step is stands above its bar, whole.
 *
 * @param {number[]} items
 * @param {number} width
 */
function stepHeight(items, width) {
  const words = items.map((number) => `${steps[number].cluster} ${steps[number].text}`);
  return width > NARROW_WIDTH ? 10 + 20 * linesOf(words, 238) : 26 + 20 * linesOf(words, width - 90);
}

/**
 * @param {number} a
 * @param {number} b
 */
function byStart(a, b) {
  return startOf(a) - startOf(b) || a - b;
}

/** @param {number} number */
function startOf(number) {
  return timesOf(steps[number])?.start ?? 0;
}

/**
 * Lists the steps of these clusters.
 *
 * @param {Set<number>} visible
 */
function showSchedule(visible) {
  stepList.set(scheduled.filter((number) => visible.has(clusterNumber(steps[number].cluster))));
  stepList.mark(chosen.step, false);
}

/**
 * @param {number} number
 * @param {HTMLElement} row
 */
function fillStep(number, row) {
  const step = steps[number];
  const { start, seconds } = timesOf(step) ?? { start: 0, seconds: 0 };
  row.classList.add("timed");
  row.setAttribute("aria-label", say("{step}, starts at {time}", { step: stepLabel(step), time: duration(start) }));
  const bar = element("div", {
    class: isCritical(step) ? "bar critical" : "bar",
    "data-tone": toneOf(step),
  });
  bar.style.left = share(start);
  bar.style.width = share(seconds);
  row.append(
    element("div", { class: "label" }, step.cluster, " ", element("span", { class: "quiet" }, step.text)),
    element("div", { class: "track" }, bar),
    element("div", { class: "time" }, data.run ? precise(seconds) : duration(seconds)),
  );
}

/** @param {number} seconds */
function share(seconds) {
  return data.seconds ? `${(100 * seconds) / data.seconds}%` : "0%";
}

/** Marks of time above the bars, at round numbers, with lines down; what solid bars mean. */
function drawAxis() {
  const marks = axisMarks(data.seconds).map(({ at, label }) => {
    const [mark, line] = [element("span", {}, label), element("i")];
    mark.style.left = line.style.left = share(at);
    axisLines.append(line);
    return mark;
  });
  const legend = steps.some(isCritical) ? [element("span", { class: "legend" }, say("critical path"))] : [];
  axis.append(...legend, element("div", {}, ...marks));
}
