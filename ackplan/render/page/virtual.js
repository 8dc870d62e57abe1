// A list of any length that only has elements for the rows in sight; one stop of the Tab key, arrows move in it.

const SPARE = 6;

class VirtualList {
  /** `fill(item, row)` fills a row, `choose(item)` is called when a reader picks one. */
  constructor({ id, label, height, fill, choose }) {
    this.height = height;
    this.fill = fill;
    this.choose = choose;
    this.items = [];
    this.current = -1;
    this.rows = new Map();
    this.inner = element("div", { role: "presentation" });
    this.root = element("div", { id, class: "virtual", role: "listbox", tabindex: 0, "aria-label": label }, this.inner);
    this.root.addEventListener("scroll", () => this.draw(), { passive: true });
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.draw()).observe(this.root);
  }

  set(items) {
    this.items = items;
    this.inner.style.height = `${items.length * this.height}px`;
    this.clear();
    this.draw();
  }

  /** Marks the row of this item, and scrolls to it where `show` says so. */
  mark(item, show = true) {
    this.current = this.items.indexOf(item);
    if (show && this.current >= 0) this.reveal(this.current);
    this.clear();
    this.draw();
  }

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
    const first = Math.max(0, Math.floor(this.root.scrollTop / this.height) - SPARE);
    const last = Math.min(this.items.length, Math.ceil((this.root.scrollTop + this.root.clientHeight) / this.height) + SPARE);
    for (const [index, row] of this.rows) {
      if (index >= first && index < last) continue;
      row.remove();
      this.rows.delete(index);
    }
    for (let index = first; index < last; index += 1) if (!this.rows.has(index)) this.add(index);
    this.point();
  }

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

  point() {
    const row = this.rows.get(this.current);
    if (row) this.root.setAttribute("aria-activedescendant", row.id);
    else this.root.removeAttribute("aria-activedescendant");
  }

  click(event) {
    const row = event.target.closest(".row");
    if (row) this.pick(Number(row.id.slice(this.root.id.length + 1)));
  }

  pick(index) {
    if (index >= 0 && index < this.items.length) this.choose(this.items[index]);
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.height) - 1);
    const last = this.items.length - 1;
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -last - 1, End: last + 1 };
    if (!(event.key in moves) || last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = this.current < 0 && moves[event.key] > 0 ? -1 : this.current;
    this.pick(Math.min(last, Math.max(0, from + moves[event.key])));
  }
}
