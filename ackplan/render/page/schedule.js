// When each step runs: expected times of a plan, real ones of a run. A row a step, the first to start first.

const timed = new VirtualList({
  id: "steps",
  label: "Steps in the order in which they start",
  height: 30,
  fill: fillTimed,
  choose: (number) => choose(clusterNumbers.get(steps[number].cluster), number),
});
const axis = element("div", { class: "axis", "aria-hidden": "true" });
const rules = element("div", { class: "lines", "aria-hidden": "true" });
const schedule = element("div", { id: "schedule" }, rules, axis, timed.root);
const order = steps.map((_, number) => number).filter((number) => timesOf(steps[number])).sort(byStart);

function byStart(a, b) {
  return timesOf(steps[a])[0] - timesOf(steps[b])[0] || a - b;
}

function showSchedule(seen) {
  timed.set(order.filter((number) => seen.has(clusterNumbers.get(steps[number].cluster))));
  timed.mark(chosen.step, false);
}

function fillTimed(number, row) {
  const step = steps[number];
  const [start, seconds] = timesOf(step);
  row.classList.add("timed");
  row.setAttribute("aria-label", `${named(step)}, starts at ${duration(start)}`);
  const line = element("div", { class: step.critical || data.run ? "bar critical" : "bar", "data-tone": toneOf(step) });
  line.style.left = share(start);
  line.style.width = share(seconds);
  row.append(
    element("div", { class: "label" }, step.cluster, element("span", { class: "quiet" }, ` ${step.text}`)),
    element("div", { class: "track" }, line),
    element("div", { class: "time" }, data.run ? precise(seconds) : duration(seconds)),
  );
}

function share(seconds) {
  return data.seconds ? `${(100 * seconds) / data.seconds}%` : "0%";
}

/** Marks of time above the bars, at round numbers, with lines down; what solid bars mean. */
function drawAxis() {
  const rounds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  const every = rounds.find((round) => data.seconds / round <= 8) ?? data.seconds / 8;
  const marks = [];
  for (let at = 0; at <= data.seconds && every > 0; at += every) {
    const mark = element("span", {}, every < 1 ? `${at.toFixed(1)}s` : duration(at));
    mark.style.left = share(at);
    marks.push(mark);
    const line = element("i");
    line.style.left = share(at);
    rules.append(line);
  }
  const legend = steps.some((step) => step.critical) && !data.run ? element("span", { class: "legend" }, "critical path") : null;
  axis.append(...[legend].filter(Boolean), element("div", {}, ...marks));
}
