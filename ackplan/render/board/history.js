// The page of a workspace: clusters that are searched, each with its history, which is loaded apart from the page.

const EVENTS = ["created", "changed", "replaced", "deleted"];
const [SERIAL, WHEN, WHO, WHAT, JOB] = [0, 1, 2, 3, 4];

/**
 * `versions` are a serial and the numbers of texts; `clusters` have, in the order of the page, what versions did to
 * each: the version, what, and three texts for each parameter.
 *
 * @typedef {{texts: string[], versions: number[][], clusters: number[][][]}} Histories
 */

/** @type {Histories | undefined} */
let histories;

/** @type {HTMLTableRowElement[]} */
let clusterRows = [];

/** The names of the clusters, and what of their rows is searched. @type {{name: string, text: string}[]} */
let clusterTexts = [];

/** The rows with histories, by those of their clusters. @type {Map<HTMLTableRowElement, HTMLTableRowElement>} */
const opened = new Map();

/** So many rows get their buttons at once: a page of very many can be used meanwhile. */
const AT_ONCE = 1000;

function startWorkspace() {
  clusterRows = [...document.querySelectorAll("#clusters tr")].map((row) => /** @type {HTMLTableRowElement} */ (row));
  if (!clusterRows.length) return;
  clusterTexts = clusterRows.map((row) => ({
    name: row.cells[0].textContent ?? "",
    text: (row.textContent ?? "").toLowerCase(),
  }));
  part("find").append(...searchParts(say("Search clusters"), searchClusters));
  part("find").hidden = false;
  showCount(clusterRows.length, clusterRows.length, "cluster");
  window.addEventListener("hashchange", openNamed);
}

/** @param {Histories} loaded */
function takeHistories(loaded) {
  histories = loaded;
  makeOpenableFrom(0);
  openNamed();
}

/** @param {number} first */
function makeOpenableFrom(first) {
  const last = Math.min(first + AT_ONCE, clusterRows.length);
  for (let number = first; number < last; number += 1) makeOpenable(number);
  if (last < clusterRows.length) setTimeout(() => makeOpenableFrom(last));
}

/** @param {string} query */
function searchClusters(query) {
  const words = wordsOf(query);
  const filled = new Set();
  let seen = 0;
  for (const [number, row] of clusterRows.entries()) {
    const isSeen = hasAll(clusterTexts[number].text, words);
    hide(row, !isSeen);
    const open = opened.get(row);
    if (open) hide(open, !isSeen);
    if (isSeen) {
      seen += 1;
      filled.add(row.closest("table")).add(row.closest(".group"));
    }
  }
  for (const place of document.querySelectorAll("#clusters table, .group")) {
    hide(/** @type {HTMLElement} */ (place), !filled.has(place));
  }
  showCount(seen, clusterRows.length, "cluster");
}

/**
 * Hides or shows something; what is so already costs nothing.
 *
 * @param {HTMLElement} what
 * @param {boolean} isHidden
 */
function hide(what, isHidden) {
  if (what.hidden !== isHidden) what.hidden = isHidden;
}

/** @param {number} number */
function makeOpenable(number) {
  const cell = clusterRows[number].cells[0];
  if (cell.querySelector("button")) return;
  const button = element(
    "button",
    { type: "button", class: "name", "aria-expanded": "false", onclick: () => toggleHistory(number) },
    clusterTexts[number].name,
  );
  cell.replaceChildren(button);
}

/** @param {number} number */
function toggleHistory(number) {
  const row = clusterRows[number];
  const open = opened.get(row);
  row.querySelector("button")?.setAttribute("aria-expanded", String(!open));
  if (open) {
    open.remove();
    opened.delete(row);
    return;
  }
  const shown = element("tr", { class: "opened" }, element("td", { colspan: 2 }, historyOf(number)));
  opened.set(row, shown);
  row.after(shown);
}

/** Opens the cluster that the address names, and shows it. */
function openNamed() {
  const name = decoded(location.hash.slice(1));
  const number = clusterTexts.findIndex((each) => each.name === name);
  if (!name || number < 0) return;
  makeOpenable(number);
  if (!opened.has(clusterRows[number])) toggleHistory(number);
  clusterRows[number].scrollIntoView({ block: "center" });
  clusterRows[number].querySelector("button")?.focus({ preventScroll: true });
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {number} number */
function historyOf(number) {
  const events = histories?.clusters[number] ?? [];
  const nothing = element("p", { class: "quiet" }, say("Not changed by the versions that were read."));
  return element("div", { class: "history" }, ...(events.length ? events.map(eventPart) : [nothing]));
}

/** @param {number[]} event */
function eventPart([version, event, ...parameters]) {
  const facts = histories?.versions[version] ?? [];
  const [when, who, what, job] = [WHEN, WHO, WHAT, JOB].map((fact) => textOf(facts[fact]));
  const by = joined(" ", what, who && say("by {who}", { who }));
  const time = when && element("time", { datetime: when }, when.slice(0, 16).replace("T", " "));
  return element(
    "div",
    {},
    element(
      "p",
      {},
      element("span", { class: "what" }, say(EVENTS[event])),
      say(" by serial {serial} ", { serial: facts[SERIAL] }),
      time,
    ),
    element("p", { class: "quiet" }, by, job && " ", job && jobLink(job)),
    element("ul", {}, ...parameterParts(parameters)),
  );
}

/** @param {number} number */
function textOf(number) {
  return histories?.texts[number] ?? "";
}

/** @param {number[]} parameters */
function parameterParts(parameters) {
  const parts = [];
  for (let at = 0; at < parameters.length; at += 3) {
    const [name, before, after] = parameters.slice(at, at + 3).map(textOf);
    const values = [element("del", {}, before), " → ", element("ins", {}, after)];
    parts.push(element("li", {}, element("code", {}, name), ": ", element("span", { class: "value" }, ...values)));
  }
  return parts;
}

/**
 * A link that leaves the page; whatever was let through to here, it leads to the web alone.
 *
 * @param {string} address
 */
function jobLink(address) {
  if (!/^https?:\/\//.test(address)) return "";
  return element("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, say("CI job"));
}
