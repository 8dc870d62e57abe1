// A list of any length that only has elements for the rows in sight; one stop of the Tab key, arrows move in it.

/** Rows that are made ready above and below those in sight. */
const SPARE_ROWS = 6;

class VirtualList {
  /**
   * `fill` fills the row of an item, `choose` is called when a reader picks one. Items are numbers; those below
   * zero are heads, which are never chosen. `height` says how high all rows are, of these items in so many pixels.
   *
   * @param {{
   *   id: string,
   *   label: string,
   *   height: (items: number[], width: number) => number,
   *   fill: (item: number, row: HTMLElement) => void,
   *   choose: (item: number) => void,
   * }} options
   */
  constructor({ id, label, height, fill, choose }) {
    this.heightOf = height;
    this.height = height([], 0);
    this.fill = fill;
    this.choose = choose;
    /** @type {number[]} */
    this.items = [];
    this.current = -1;
    /** @type {Map<number, HTMLElement>} */
    this.rows = new Map();
    this.inner = element("div", { role: "presentation" });
    const attributes = {
      id,
      class: "virtual",
      role: "listbox",
      tabindex: 0,
      "aria-label": label,
    };
    this.root = element("div", attributes, this.inner);
    this.root.addEventListener("scroll", () => this.draw(), { passive: true });
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.measure()).observe(this.root);
  }

  /** @param {number[]} items */
  set(items) {
    this.items = items;
    this.height = 0;
    this.measure();
  }

  /** Gives the rows the height that they need in this width. */
  measure() {
    const height = this.heightOf(this.items, this.root.clientWidth);
    if (height !== this.height) {
      this.height = height;
      this.inner.style.height = `${this.items.length * height}px`;
      this.clear();
    }
    this.draw();
  }

  /**
   * Marks the row of this item, and scrolls to it where `show` says so.
   *
   * @param {number} item
   */
  mark(item, show = true) {
    this.current = item < 0 ? -1 : this.items.indexOf(item);
    if (show && this.current >= 0) this.reveal(this.current);
    this.clear();
    this.draw();
  }

  /** @param {number} index */
  reveal(index) {
    const top = index * this.height;
    const { scrollTop, clientHeight } = this.root;
    if (top < scrollTop) this.root.scrollTop = top;
    else if (top + this.height > scrollTop + clientHeight) this.root.scrollTop = top + this.height - clientHeight;
  }

  clear() {
    this.inner.replaceChildren();
    this.rows.clear();
  }

  draw() {
    const { scrollTop, clientHeight } = this.root;
    const first = Math.max(0, Math.floor(scrollTop / this.height) - SPARE_ROWS);
    const last = Math.min(this.items.length, Math.ceil((scrollTop + clientHeight) / this.height) + SPARE_ROWS);
    for (const [index, row] of this.rows) {
      if (index >= first && index < last) continue;
      row.remove();
      this.rows.delete(index);
    }
    for (let index = first; index < last; index += 1) if (!this.rows.has(index)) this.add(index);
    this.point();
  }

  /** @param {number} index */
  add(index) {
    const row = element("div", {
      class: "row",
      role: "option",
      id: `${this.root.id}-${index}`,
      "aria-setsize": this.items.length,
      "aria-posinset": index + 1,
      "aria-selected": index === this.current ? "true" : "false",
    });
    row.style.top = `${index * this.height}px`;
    row.style.height = `${this.height}px`;
    this.fill(this.items[index], row);
    this.rows.set(index, row);
    this.inner.append(row);
  }

  /** Says which row is the current one to who can't see it. */
  point() {
    const row = this.rows.get(this.current);
    if (row) this.root.setAttribute("aria-activedescendant", row.id);
    else this.root.removeAttribute("aria-activedescendant");
  }

  /** @param {MouseEvent} event */
  click(event) {
    const row = source(event).closest(".row");
    if (row) this.pick(Number(row.id.slice(this.root.id.length + 1)));
  }

  /** @param {number} index */
  pick(index) {
    if (index >= 0 && index < this.items.length && this.items[index] >= 0) this.choose(this.items[index]);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.height) - 1);
    const index = nextIndex(event.key, this.current, this.items.length, page);
    if (index === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const turn = index >= this.current && event.key !== "End" ? 1 : -1;
    const isHead = this.items[index] < 0;
    this.pick(isHead && this.items[index + turn] === undefined ? index - turn : index + (isHead ? turn : 0));
  }
}

/**
 * The row that a key leads to from the current one (-1: none yet), of so many; null for a key that leads nowhere.
 *
 * @param {string} key
 * @param {number} current
 * @param {number} count
 * @param {number} page
 */
function nextIndex(key, current, count, page) {
  /** @type {Record<string, number>} */
  const moves = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  };
  if (!Object.hasOwn(moves, key) || count === 0) return null;
  const from = current < 0 && moves[key] > 0 ? -1 : current;
  return Math.min(count - 1, Math.max(0, from + moves[key]));
}
