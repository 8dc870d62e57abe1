// The graph of steps: drag and arrow keys move, wheel and + - zoom, a click chooses. Only what is in sight is drawn.

const ZOOM_STEP = 1.3;
/** As many arrows are all drawn from afar. */
const MOST_FAR_ARROWS = 600;

class Graph {
  constructor() {
    this.arrowGroup = shape("g");
    this.boxGroup = shape("g");
    this.labelGroup = shape("g", { "aria-hidden": "true" });
    this.world = shape("g", {}, this.arrowGroup, this.boxGroup, this.labelGroup);
    /** Whether groups of steps are seen instead of steps. */
    this.isOverview = hasOverview;
    const label = say("Graph of steps: arrow keys move from step to step");
    this.svg = shape("svg", { role: "group", "aria-label": label }, arrowHeads(), this.world);
    this.root = element("div", { id: "graph" }, this.svg, this.tools(), graphHint());
    this.camera = new Camera();
    /** What is drawn, by number. @type {Map<number, SVGElement>} */
    this.boxes = new Map();
    /** @type {Map<number, SVGElement>} */
    this.lines = new Map();
    /** Steps of the clusters that a reader wants to see. @type {Set<number>} */
    this.visible = new Set();
    /** The step that the Tab key leads to. */
    this.entry = 0;
    /** Whether a reader moved or zoomed: then the drawing stays where it is as its window changes. */
    this.isMoved = false;
    /** Whether what is drawn was drawn from afar. */
    this.isFar = false;
    this.arrows = allArrows();
    this.drag = new Drag(this.svg, (x, y) => this.move(x, y));
    this.listen();
  }

  tools() {
    const turn = () => this.turn(!this.isOverview);
    return element(
      "div",
      { class: "tools" },
      hasOverview && element("button", { type: "button", class: "plain turn", onclick: turn }, say("All steps")),
      toolButton(say("Zoom in"), "+", () => this.scale(ZOOM_STEP)),
      toolButton(say("Zoom out"), "−", () => this.scale(1 / ZOOM_STEP)),
      toolButton(say("Fit all"), say("Fit"), () => this.fit()),
    );
  }

  listen() {
    this.svg.addEventListener("wheel", (event) => this.wheel(event), {
      passive: false,
    });
    this.svg.addEventListener("click", (event) => this.click(event));
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("keydown", (event) => this.zoomKey(event));
    new ResizeObserver(() => this.resize()).observe(this.svg);
  }

  /** @returns {Size} */
  get size() {
    return { width: this.svg.clientWidth, height: this.svg.clientHeight };
  }

  /** Dims what a reader does not want to see. */
  filter() {
    this.visible = new Set(visibleClusters().flatMap((number) => stepsOfCluster(clusters[number].name)));
    this.redraw();
  }

  resize() {
    if (!this.size.width) return;
    if (this.isMoved) this.draw();
    else this.fit();
    if (chosen.step >= 0 && !this.isOverview) this.bring(chosen.step);
  }

  /** Shows groups of steps, or each step. */
  turn(isOverview = false) {
    if (this.isOverview === isOverview) return;
    this.isOverview = isOverview;
    this.root.querySelector(".turn")?.replaceChildren(say(isOverview ? "All steps" : "By region"));
    this.fit();
  }

  fit() {
    if (!this.size.width) return;
    const { columns, rows } = this.isOverview ? overviewGrid() : data.graph;
    const drawing = { width: columns * BOX.across, height: rows * BOX.down };
    this.camera.fit(drawing, this.size, this.isOverview ? LEGIBLE : undefined);
    this.isMoved = false;
    this.redraw();
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    const bounds = this.svg.getBoundingClientRect();
    const point = {
      x: event.clientX - bounds.left,
      y: event.clientY - bounds.top,
    };
    this.scale(Math.exp(-event.deltaY * 0.0015), point);
  }

  /** @param {number} factor */
  scale(factor, point = middle(this.size)) {
    this.isMoved = true;
    this.camera.scale(factor, point);
    this.draw();
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  move(x, y) {
    this.isMoved = true;
    this.camera.x += x;
    this.camera.y += y;
    this.draw();
  }

  /** @param {MouseEvent} event */
  click(event) {
    const node = /** @type {SVGElement | null} */ (source(event).closest(".node"));
    if (!node || this.drag.hasMoved) return;
    if (this.isOverview) this.open(Number(node.dataset.group));
    else this.pick(Number(node.dataset.step));
  }

  /**
   * Shows the steps of a group, the first of them in the middle.
   *
   * @param {number} group
   */
  open(group) {
    const [first] = groups[group].members;
    this.turn();
    this.go(first);
  }

  /** @param {number} number */
  pick(number) {
    choose(clusterNumber(steps[number].cluster), number);
  }

  /** @param {KeyboardEvent} event */
  zoomKey(event) {
    const enlarge = () => this.scale(ZOOM_STEP);
    /** @type {Record<string, () => void>} */
    const acts = {
      "+": enlarge,
      "=": enlarge,
      "-": () => this.scale(1 / ZOOM_STEP),
      0: () => this.fit(),
    };
    if (!Object.hasOwn(acts, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { step, group } = /** @type {SVGElement} */ (document.activeElement).dataset;
    const picks = event.key === "Enter" || event.key === " ";
    const to = picks || step === undefined ? undefined : neighbour(Number(step), event.key);
    if (!picks && to === undefined) return;
    event.preventDefault();
    if (to !== undefined) this.go(to);
    else if (group !== undefined) this.open(Number(group));
    else if (step !== undefined) this.pick(Number(step));
  }

  /**
   * Brings a step into sight and gives it the focus.
   *
   * @param {number} number
   */
  go(number) {
    this.isMoved ||= this.camera.isFar;
    this.camera.show(steps[number].place, this.size);
    this.entry = number;
    this.redraw();
    this.focus(number);
  }

  /** @param {number} number */
  focus(number) {
    this.boxes.get(number)?.focus({ preventScroll: true });
  }

  /**
   * Brings a step into sight, where it is not.
   *
   * @param {number} number
   */
  bring(number) {
    this.turn();
    this.isMoved ||= this.camera.isFar;
    this.camera.show(steps[number].place, this.size);
    this.draw();
  }

  /** Draws all anew that is in sight. The step that has the focus keeps it. */
  redraw() {
    const { step } = /** @type {SVGElement} */ (document.activeElement).dataset;
    for (const node of [...this.boxes.values(), ...this.lines.values()]) node.remove();
    this.boxes.clear();
    this.lines.clear();
    this.arrowGroup.replaceChildren();
    this.boxGroup.replaceChildren();
    this.isFar = this.camera.isFar;
    if (this.isOverview) this.drawGroups();
    this.draw();
    if (step !== undefined) this.focus(Number(step));
  }

  /** Draws what has come into sight, removes what has left it. */
  draw() {
    this.world.setAttribute("transform", this.camera.transform);
    if (this.isFar !== this.camera.isFar) {
      this.redraw();
      return;
    }
    const sight = this.camera.sight(this.size);
    const labels = this.isFar && !this.isOverview ? farLabels(this.camera.zoom, sight) : [];
    this.labelGroup.replaceChildren(...labels);
    if (this.isOverview) return;
    steps.forEach((step, number) => {
      this.keep(this.boxes, number, overlap(boxOf(step.place), sight));
    });
    this.arrows.forEach((arrow, number) => {
      this.keep(this.lines, number, this.shows(arrow) && overlap(around(placesOf(arrow)), sight));
    });
  }

  drawGroups() {
    this.arrowGroup.append(...groupArrows.map(groupArrowShape));
    this.boxGroup.append(...groups.map((_, number) => groupShape(number, this.visible)));
  }

  /**
   * Draws a box or a line that has come into sight, removes one that has left it and does not have the focus.
   *
   * @param {Map<number, SVGElement>} drawn
   * @param {number} number
   * @param {boolean} isInSight
   */
  keep(drawn, number, isInSight) {
    const node = drawn.get(number);
    if (isInSight && !node) {
      drawn.set(number, drawn === this.boxes ? this.addBox(number) : this.addLine(number));
    } else if (node && !isInSight && !node.contains(document.activeElement)) {
      node.remove();
      drawn.delete(number);
    }
  }

  /**
   * From afar very many arrows are a grey cloth: then only the longest way and those of the chosen step are drawn.
   *
   * @param {Arrow} arrow
   */
  shows(arrow) {
    return !this.isFar || this.arrows.length <= MOST_FAR_ARROWS || touchesChosen(arrow) || isCriticalArrow(arrow);
  }

  /** @param {number} number */
  addBox(number) {
    const isDim = !this.visible.has(number);
    const box = stepShape(number, {
      isFar: this.isFar,
      isDim,
      isEntry: number === this.entry,
    });
    this.boxGroup.append(box);
    return box;
  }

  /** @param {number} number */
  addLine(number) {
    const arrow = this.arrows[number];
    const isDim = !this.visible.has(arrow.from) || !this.visible.has(arrow.to);
    const line = arrowShape(arrow, this.isFar, isDim);
    this.arrowGroup.append(line);
    return line;
  }
}

const graph = new Graph();
