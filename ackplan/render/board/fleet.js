// The first page: workspaces that are searched, filtered and sorted, and clusters that are found by their names.

const MOST_HITS = 60;
const FEWEST_LETTERS = 2;

/** What a reader wants to see: words, and statuses of which one has to hold. */
const wanted = { query: "", statuses: /** @type {Set<string>} */ (new Set()) };

/** The names of clusters by the page that they are on; nothing until they are loaded. @type {string[][]} */
let clusterNames = [];

/** @type {HTMLTableRowElement[]} */
let rows = [];

/** The searched text of each row, once it was needed. @type {Map<HTMLTableRowElement, string>} */
const rowTexts = new Map();

/** @param {string[][]} names */
function takeNames(names) {
  clusterNames = names;
  if (wanted.query) showHits();
}

function startFleet() {
  const table = /** @type {HTMLTableElement} */ (part("workspaces"));
  rows = [...table.tBodies[0].rows];
  const filters = element("div", { id: "filters", role: "group", "aria-label": say("Show only") }, ...filterButtons());
  part("bar").append(...searchParts(say("Search workspaces and clusters"), searchFleet), filters);
  part("bar").hidden = false;
  document.querySelector(".summary")?.remove();
  for (const [number, cell] of [...(table.tHead?.rows[0].cells ?? [])].entries()) makeSortable(cell, number);
  showRows();
}

/** A button for each status that some workspace has, in the order of the page, in the place of how many have it. */
function filterButtons() {
  const badges = [...document.querySelectorAll(".summary .badge")];
  return badges.map((shown) => {
    const tone = shown.getAttribute("data-tone");
    const text = shown.textContent ?? "";
    const status = statusOf(text);
    return element(
      "button",
      {
        ...{ type: "button", class: "chip", "data-tone": tone, "aria-pressed": "false" },
        onclick: (event) => toggleStatus(status, /** @type {Element} */ (event.currentTarget)),
      },
      text,
    );
  });
}

/**
 * `3 drifted` is about `drifted`.
 *
 * @param {string} text
 */
function statusOf(text) {
  return text.slice(text.indexOf(" ") + 1);
}

/**
 * @param {string} status
 * @param {Element} button
 */
function toggleStatus(status, button) {
  const isOn = !wanted.statuses.has(status);
  if (isOn) wanted.statuses.add(status);
  else wanted.statuses.delete(status);
  button.setAttribute("aria-pressed", String(isOn));
  showRows();
}

/** @param {string} query */
function searchFleet(query) {
  wanted.query = query;
  showRows();
  showHits();
}

function showRows() {
  const words = wordsOf(wanted.query);
  let seen = 0;
  for (const row of rows) {
    row.hidden = !(hasStatus(row) && hasAll(rowText(row), words));
    if (!row.hidden) seen += 1;
  }
  showCount(seen, rows.length, "workspace");
}

/** @param {HTMLTableRowElement} row */
function hasStatus(row) {
  if (!wanted.statuses.size) return true;
  return [...row.cells[0].querySelectorAll(".badge")].some((shown) => wanted.statuses.has(shown.textContent ?? ""));
}

/** @param {HTMLTableRowElement} row */
function rowText(row) {
  let text = rowTexts.get(row);
  if (text === undefined) rowTexts.set(row, (text = (row.textContent ?? "").toLowerCase()));
  return text;
}

/**
 * @param {HTMLTableCellElement} cell
 * @param {number} number
 */
function makeSortable(cell, number) {
  const button = element("button", { type: "button", onclick: () => sortBy(cell, number) }, cell.textContent ?? "");
  cell.replaceChildren(button);
}

/**
 * Sorts by a column; once more turns the order round. What has no value there stands last.
 *
 * @param {HTMLTableCellElement} cell
 * @param {number} number
 */
function sortBy(cell, number) {
  const turn = cell.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const each of cell.parentElement?.children ?? []) each.removeAttribute("aria-sort");
  cell.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
  const order = new Intl.Collator("en", { numeric: true });
  const keyed = rows.map((row) => ({ row, key: sortKey(row, number) }));
  keyed.sort((a, b) => Number(!a.key) - Number(!b.key) || turn * order.compare(a.key, b.key));
  rows = keyed.map(({ row }) => row);
  rows[0]?.parentElement?.append(...rows);
}

/**
 * @param {HTMLTableRowElement} row
 * @param {number} number
 */
function sortKey(row, number) {
  const cell = row.cells[number];
  return cell.dataset.v ?? cell.textContent ?? "";
}

/** The clusters whose names have the words that are searched for. */
function showHits() {
  const words = wordsOf(wanted.query);
  const isMeant = words.join("").length >= FEWEST_LETTERS;
  const hits = isMeant ? hitsOf(words) : [];
  const place = part("hits");
  place.hidden = hits.length === 0;
  const title =
    hits.length > MOST_HITS
      ? say("More than {number} clusters", { number: MOST_HITS })
      : counted(hits.length, "cluster");
  const items = hits.slice(0, MOST_HITS).map(([page, name]) => element("li", {}, hitLink(page, name)));
  place.replaceChildren(element("h2", {}, title), element("ul", {}, ...items));
}

/** @param {string[]} words */
function hitsOf(words) {
  const hits = [];
  for (const [page, ...names] of clusterNames) {
    for (const name of names) {
      if (hasAll(name.toLowerCase(), words)) hits.push([page, name]);
      if (hits.length > MOST_HITS) return hits;
    }
  }
  return hits;
}

/**
 * @param {string} page
 * @param {string} name
 */
function hitLink(page, name) {
  const address = `workspaces/${encodeURIComponent(page)}.html#${encodeURIComponent(name)}`;
  return element("a", { href: address }, name, element("span", { class: "sub" }, page));
}
