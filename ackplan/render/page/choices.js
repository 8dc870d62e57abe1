// What a reader can choose of the list: filters with how many clusters each has, grouping and order; and what an empty
// list says.

const emptyPart = element("div", { id: "empty", hidden: true });

/** @param {Filter} filter */
function filterButton({ tone, text: said }) {
  const number = element("span", { class: "number" });
  const button = element("button", { type: "button", class: "chip", "data-tone": tone }, number, ` ${said}`);
  button.addEventListener("click", () => toggle(tone));
  return button;
}

/** @param {Tone} tone */
function toggle(tone) {
  if (!chosen.tones.delete(tone)) chosen.tones.add(tone);
  takeChoice();
}

/** Shows what was chosen, and keeps it in the address. */
function takeChoice() {
  showChoices();
  refresh();
  remember();
}

/** Which filters are on, how the list is grouped and sorted. */
function showChoices() {
  for (const chip of chips()) chip.setAttribute("aria-pressed", String(chosen.tones.has(chip.dataset.tone ?? "")));
  for (const [id, value] of [
    ["grouping", chosen.grouping],
    ["order", chosen.order],
  ]) {
    const field = /** @type {HTMLSelectElement | null} */ (document.getElementById(id));
    if (field) field.value = value;
  }
}

function chips() {
  return /** @type {HTMLElement[]} */ ([...part("filters").querySelectorAll(".chip")]);
}

/** How many clusters each filter has among those that the search leaves. */
function countFilters() {
  const counts = tallies(searchedClusters());
  for (const chip of chips()) {
    const number = counts.get(chip.dataset.tone ?? "") ?? 0;
    chip.classList.toggle("none", number === 0);
    chip.querySelector(".number")?.replaceChildren(number.toLocaleString("en"));
  }
}

/** Fields for the grouping and the order, where there is something to group. */
function listChoices() {
  if (clusters.length < 2) return [];
  const groupings = usefulGroupings();
  const order = selectField("order", say("Sort"), Object.entries(ORDERS), (name) => {
    chosen.order = /** @type {Order} */ (name);
  });
  if (groupings.length < 2) return [element("div", { class: "choices" }, order)];
  /** @type {Array<[string, {label: string}]>} */
  const labels = groupings.map((name) => [name, GROUPINGS[name]]);
  const grouping = selectField("grouping", say("Group"), labels, (name) => {
    chosen.grouping = /** @type {Grouping} */ (name);
  });
  return [element("div", { class: "choices" }, grouping, order)];
}

/**
 * @param {string} id
 * @param {string} label
 * @param {Array<[string, {label: string}]>} values
 * @param {(name: string) => void} take
 */
function selectField(id, label, values, take) {
  const options = values.map(([name, value]) => element("option", { value: name }, value.label));
  const field = element("select", { id, "aria-label": label }, ...options);
  field.addEventListener("change", () => {
    take(field.value);
    takeChoice();
  });
  return field;
}

/**
 * What stands where no cluster is seen, with the way on.
 *
 * @param {number} number of clusters that are seen
 */
function showEmpty(number) {
  emptyPart.hidden = number > 0 || view === "findings" || view === "graph";
  if (!emptyPart.hidden) emptyPart.replaceChildren(...(isNarrowed() ? nothingFound() : nothingChanges()));
}

function isNarrowed() {
  return Boolean(chosen.query) || chosen.tones.size > 0;
}

function nothingFound() {
  const words = chosen.query ? say("Nothing found for “{words}”", { words: chosen.query }) : say("Nothing found");
  return [element("p", {}, words), plainButton(say("Clear search and filters"), clearWishes)];
}

function nothingChanges() {
  const { length } = clusters;
  if (!length) return [element("p", {}, say("Nothing to show."))];
  const words = say("Nothing changes. As before: {count}.", { count: counted(length, noun) });
  return [element("p", {}, words), plainButton(say("Show them"), () => toggle("no-op"))];
}

/**
 * @param {string} label
 * @param {() => void} act
 */
function plainButton(label, act) {
  return element("button", { type: "button", class: "plain", onclick: act }, label);
}

function clearWishes() {
  chosen.query = searchField().value = "";
  chosen.tones.clear();
  takeChoice();
}
