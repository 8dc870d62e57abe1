// The graph of steps: drag and arrow keys move, the wheel and + - zoom, a click chooses. Only what is in sight is drawn.

const BOX = { width: 200, height: 46, across: 256, down: 60 };
const FAR = 0.35;
const COLUMNS = 23;
const MOST_FAR = 600;

class Graph {
  constructor() {
    this.world = drawn("g");
    this.arrows = drawn("g");
    this.boxes = drawn("g");
    this.world.append(this.arrows, this.boxes);
    this.svg = drawn("svg", { role: "group", "aria-label": "Graph of steps: arrow keys move from step to step" }, heads(), this.world);
    this.root = element("div", { id: "graph" }, this.svg, this.tools(), element("p", { class: "hint" }, ...this.hint()));
    this.x = this.y = 0;
    this.zoom = 1;
    this.nodes = new Map();
    this.lines = new Map();
    this.seen = new Set();
    this.fitted = false;
    this.far = false;
    this.edges = steps.flatMap((step, to) => step.needs.map((from, number) => [from, to, step.ways[number]])).sort((a, b) => critical(a) - critical(b));
    this.listen();
  }

  hint() {
    const path = !data.run && steps.some((step) => step.critical);
    return [element("span", {}, counted(steps.length, "step")), path && element("span", { class: "line" }, "critical path"), element("span", {}, "drag to move, wheel to zoom, click for details")];
  }

  tools() {
    const tool = (label, sign, act) => element("button", { type: "button", class: "plain", "aria-label": label, title: label, onclick: act }, sign);
    return element("div", { class: "tools" },
      tool("Zoom in", "+", () => this.scale(1.3)),
      tool("Zoom out", "−", () => this.scale(1 / 1.3)),
      tool("Fit all", "Fit", () => this.fit()),
    );
  }

  listen() {
    this.svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.svg.addEventListener("pointerdown", (event) => this.hold(event));
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => this.release());
    this.svg.addEventListener("click", (event) => this.click(event));
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("keydown", (event) => this.zoomKey(event));
    new ResizeObserver(() => this.resize()).observe(this.svg);
  }

  /** Dims what a reader does not want to see. */
  filter() {
    this.seen = new Set(found().flatMap((number) => stepsOf.get(clusters[number].name) ?? []));
    this.redraw();
  }

  redraw() {
    for (const made of [...this.nodes.values(), ...this.lines.values()]) made.remove();
    this.nodes.clear();
    this.lines.clear();
    this.draw();
  }

  resize() {
    if (!this.svg.clientWidth) return;
    if (this.fitted) this.draw();
    else this.fit();
  }

  /** Shows all of the graph, as far as it can be read; of a very large one its beginning. */
  fit() {
    const { clientWidth, clientHeight } = this.svg;
    if (!clientWidth) return;
    const [width, height] = [data.graph.columns * BOX.across, data.graph.rows * BOX.down];
    const whole = Math.min((clientWidth - 40) / width, (clientHeight - 70) / height);
    this.zoom = Math.min(1.15, Math.max(whole, 0.05));
    this.x = Math.max(20, (clientWidth - width * this.zoom + 56 * this.zoom) / 2);
    this.y = Math.max(20, Math.min(80, (clientHeight - 60 - height * this.zoom) / 3));
    this.fitted = true;
    this.redraw();
  }

  wheel(event) {
    event.preventDefault();
    const bounds = this.svg.getBoundingClientRect();
    this.scale(Math.exp(-event.deltaY * 0.0015), event.clientX - bounds.left, event.clientY - bounds.top);
  }

  scale(factor, x = this.svg.clientWidth / 2, y = this.svg.clientHeight / 2) {
    const zoom = Math.min(2.5, Math.max(0.05, this.zoom * factor));
    this.x = x - (x - this.x) * (zoom / this.zoom);
    this.y = y - (y - this.y) * (zoom / this.zoom);
    this.zoom = zoom;
    this.draw();
  }

  hold(event) {
    if (event.button !== 0) return;
    this.held = { x: event.clientX, y: event.clientY, moved: false, id: event.pointerId };
  }

  drag(event) {
    if (!this.held || event.pointerId !== this.held.id) return;
    const [x, y] = [event.clientX - this.held.x, event.clientY - this.held.y];
    if (!this.held.moved && Math.hypot(x, y) < 4) return;
    if (!this.held.moved) this.svg.setPointerCapture(event.pointerId);
    this.svg.classList.add("held");
    this.held = { ...this.held, x: event.clientX, y: event.clientY, moved: true };
    this.x += x;
    this.y += y;
    this.draw();
  }

  release() {
    this.dragged = Boolean(this.held?.moved);
    this.held = null;
    this.svg.classList.remove("held");
  }

  click(event) {
    const node = event.target.closest(".node");
    if (node && !this.dragged) this.pick(Number(node.dataset.step));
  }

  pick(number) {
    choose(clusterNumbers.get(steps[number].cluster), number);
  }

  zoomKey(event) {
    const acts = { "+": () => this.scale(1.3), "=": () => this.scale(1.3), "-": () => this.scale(1 / 1.3), 0: () => this.fit() };
    if (!(event.key in acts) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  }

  key(event) {
    const from = Number(document.activeElement?.dataset?.step ?? NaN);
    if (Number.isNaN(from)) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.pick(from);
      return;
    }
    const to = this.neighbour(from, event.key);
    if (to === undefined) return;
    event.preventDefault();
    this.go(to);
  }

  /** The step that an arrow key leads to: along the arrows, or up and down a column. */
  neighbour(from, key) {
    if (key === "ArrowLeft") return steps[from].needs[0];
    if (key === "ArrowRight") return waitingFor[from][0];
    const turn = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (!turn) return undefined;
    const [column, row] = steps[from].place;
    const same = steps.map((_, number) => number).filter((number) => steps[number].place[0] === column && (steps[number].place[1] - row) * turn > 0);
    return same.sort((a, b) => (steps[a].place[1] - steps[b].place[1]) * turn)[0];
  }

  /** Brings a step into sight and gives it the focus. */
  go(number) {
    this.show(number);
    this.entry = number;
    this.redraw();
    this.nodes.get(number)?.focus({ preventScroll: true });
  }

  /** Brings a step into sight, where it is not. */
  bring(number) {
    this.show(number);
    this.draw();
  }

  show(number) {
    const { clientWidth, clientHeight } = this.svg;
    if (this.zoom < FAR) this.scale(0.8 / this.zoom);
    const [left, top] = corner(number).map((place, axis) => place * this.zoom + (axis ? this.y : this.x));
    const [width, height] = [BOX.width * this.zoom, BOX.height * this.zoom];
    if (left < 20 || left + width > clientWidth - 20) this.x += clientWidth / 2 - left - width / 2;
    if (top < 20 || top + height > clientHeight - 60) this.y += clientHeight / 2 - top - height / 2;
  }

  draw() {
    this.world.setAttribute("transform", `translate(${this.x} ${this.y}) scale(${this.zoom})`);
    const far = this.zoom < FAR;
    if (far !== this.far) {
      this.far = far;
      this.redraw();
      return;
    }
    const sight = this.sight();
    this.keep(this.nodes, steps.keys(), (number) => inside(sight, ...corner(number), BOX.width, BOX.height), (number) => this.box(number), this.boxes);
    this.keep(this.lines, this.edges.keys(), (number) => this.shows(number) && crosses(sight, this.edges[number]), (number) => this.line(number), this.arrows);
  }

  /** From afar very many arrows are a grey cloth: then only the longest way and those of the chosen step are drawn. */
  shows(number) {
    const [from, to] = this.edges[number];
    return !this.far || this.edges.length <= MOST_FAR || chosen.step === from || chosen.step === to || critical(this.edges[number]);
  }

  sight() {
    const { clientWidth, clientHeight } = this.svg;
    return [-this.x / this.zoom, -this.y / this.zoom, (clientWidth - this.x) / this.zoom, (clientHeight - this.y) / this.zoom];
  }

  keep(kept, numbers, visible, make, parent) {
    for (const number of numbers) {
      const shown = visible(number);
      if (shown === kept.has(number)) continue;
      if (shown) {
        kept.set(number, make(number));
        parent.append(kept.get(number));
      } else if (!kept.get(number).contains(document.activeElement)) {
        kept.get(number).remove();
        kept.delete(number);
      }
    }
  }

  box(number) {
    const step = steps[number];
    const [x, y] = corner(number);
    const state = [this.far && "far", step.critical && !data.run && "critical", step.blocked && "blocked", number === chosen.step && "chosen", !this.seen.has(number) && "dim"].filter(Boolean);
    const entry = this.entry ?? 0;
    return drawn("g", {
      class: ["node", ...state].join(" "),
      "data-step": number,
      "data-tone": toneOf(step),
      tabindex: number === entry ? 0 : -1,
      role: "button",
      "aria-label": named(step),
      transform: `translate(${x} ${y})`,
    }, drawn("rect", { class: "box", width: BOX.width, height: BOX.height, rx: 7 }), ...(this.far ? [] : words(step)));
  }

  line(number) {
    const [from, to, way] = this.edges[number];
    const touched = chosen.step === from || chosen.step === to;
    const kind = touched ? "touched" : critical(this.edges[number]) ? "critical" : "";
    const dim = this.seen.has(from) && this.seen.has(to) ? "" : "dim";
    return drawn("path", {
      class: ["arrow", kind, dim].filter(Boolean).join(" "),
      d: curve([steps[from].place, ...way, steps[to].place]),
      "marker-end": this.far ? null : `url(#head-${kind || "plain"})`,
    });
  }
}

/** Whether an arrow is one of the longest way: a step of it that starts when the other ends. */
function critical([from, to]) {
  if (data.run || !steps[from].critical || !steps[to].critical) return false;
  return Math.abs(steps[from].start + steps[from].seconds - steps[to].start) < 0.5;
}

/** As much of a name as a box is wide; Chinese characters are twice as wide as others. */
function fitted(name) {
  let width = 0;
  const shown = [...name];
  const end = shown.findIndex((character) => (width += character.codePointAt(0) >= 0x1100 ? 2 : 1) > COLUMNS);
  return end < 0 ? name : `${shown.slice(0, end - 1).join("")}…`;
}

/** The tips of arrows: a marker takes no colour from its line. */
function heads() {
  const tip = (kind) => drawn("marker", { id: `head-${kind}`, viewBox: "0 0 8 8", refX: 7.5, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" },
    drawn("path", { class: `head ${kind}`, d: "M0 0.5 8 4 0 7.5z" }));
  return drawn("defs", {}, ...["plain", "critical", "touched"].map(tip));
}

/** A line from the first place's box, through the free places between, to the last one's. */
function curve(places) {
  const points = places.map(([column, row]) => [column * BOX.across, row * BOX.down + BOX.height / 2]);
  return points.slice(1).reduce((line, [left, y], index) => {
    const [x, from] = [points[index][0] + BOX.width, points[index][1]];
    const bend = Math.max(24, (left - x) / 2);
    const onward = index < points.length - 2 ? `H${left + BOX.width}` : "";
    return `${line}C${x + bend} ${from} ${left - bend} ${y} ${left} ${y}${onward}`;
  }, `M${points[0][0] + BOX.width} ${points[0][1]}`);
}

function corner(number) {
  const [column, row] = steps[number].place;
  return [column * BOX.across, row * BOX.down];
}

function inside([left, top, right, bottom], x, y, width, height) {
  return x < right && x + width > left && y < bottom && y + height > top;
}

function crosses(sight, [from, to, way]) {
  const places = [steps[from].place, ...way, steps[to].place];
  const rows = places.map(([, row]) => row);
  const [left, top] = [places[0][0] * BOX.across, Math.min(...rows) * BOX.down];
  const right = places[places.length - 1][0] * BOX.across + BOX.width;
  return inside(sight, left, top, right - left, Math.max(...rows) * BOX.down + BOX.height - top);
}

function words(step) {
  const time = step.end ? [step.end.status, step.end.took].filter(Boolean).join(" ") : step.expected && `~${step.expected}`;
  const about = [step.text, time].filter(Boolean).join(" · ");
  return [
    drawn("path", { class: "side", d: `M7 1H5A4 4 0 0 0 1 5V${BOX.height - 5}A4 4 0 0 0 5 ${BOX.height - 1}H7z` }),
    drawn("text", { class: "label", x: 17, y: 19 }, fitted(step.cluster)),
    drawn("text", { class: "small", x: 17, y: 36 }, about),
    drawn("title", {}, named(step)),
  ];
}

/** What a step is called where it is not seen. */
function named(step) {
  const time = step.end ? step.end.status : step.expected && `about ${step.expected}`;
  return [`${step.cluster}: ${step.text}`, step.call, time, step.blocked && "blocked", step.critical && !data.run && "on the critical path"].filter(Boolean).join(", ");
}

const picture = new Graph();
