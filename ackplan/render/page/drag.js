// Moving the graph with a pointer that is held.

const LEAST_MOVE = 4;

class Drag {
  /**
   * `move` is called with each way that the pointer goes.
   *
   * @param {SVGElement} area
   * @param {(x: number, y: number) => void} move
   */
  constructor(area, move) {
    this.area = area;
    this.move = move;
    /** Where the pointer was. @type {{x: number, y: number, id: number} | null} */
    this.held = null;
    /** Whether the pointer moves, or did until it was let go: no click then. */
    this.hasMoved = false;
    area.addEventListener("pointerdown", (event) => this.hold(event));
    area.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) area.addEventListener(end, () => this.release());
  }

  /** @param {PointerEvent} event */
  hold(event) {
    if (event.button !== 0) return;
    this.held = { x: event.clientX, y: event.clientY, id: event.pointerId };
    this.hasMoved = false;
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (!this.held || event.pointerId !== this.held.id) return;
    const [x, y] = [event.clientX - this.held.x, event.clientY - this.held.y];
    if (!this.hasMoved && Math.hypot(x, y) < LEAST_MOVE) return;
    if (!this.hasMoved) this.area.setPointerCapture(event.pointerId);
    this.area.classList.add("held");
    this.held = { x: event.clientX, y: event.clientY, id: event.pointerId };
    this.hasMoved = true;
    this.move(x, y);
  }

  release() {
    this.held = null;
    this.area.classList.remove("held");
  }
}
