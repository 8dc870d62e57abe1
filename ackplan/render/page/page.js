// Puts the page together: tabs, search and filters, and what is chosen, which the address keeps.

/** @typedef {"clusters" | "graph" | "schedule"} ViewName */

/** @type {Record<ViewName, {label: string, root: HTMLElement}>} */
const VIEWS = {
  clusters: { label: "Clusters", root: clusterView },
  graph: { label: "Graph", root: graph.root },
  schedule: { label: "Schedule", root: scheduleView },
};
const VIEW_NAMES = /** @type {ViewName[]} */ (Object.keys(VIEWS));
const NARROW = "(max-width: 860px)";

/** @type {ViewName} */
let view = "clusters";

/**
 * Chooses a cluster and one of its steps, by number, or nothing (-1).
 *
 * @param {number} cluster
 * @param {number} step
 */
function choose(cluster, step) {
  chosen.cluster = cluster;
  chosen.step = step;
  clusterList.mark(cluster);
  stepList.mark(step);
  if (step >= 0) graph.entry = step;
  const hasFocus = Boolean(document.activeElement?.closest(".node"));
  graph.redraw();
  if (hasFocus && step >= 0) graph.focus(step);
  showDetail();
  if (view === "graph" && step >= 0) graph.bring(step);
  moveFocus();
  remember();
}

/** Where details cover the page, the focus goes with them, and back. */
function moveFocus() {
  if (!matchMedia(NARROW).matches) return;
  if (chosen.cluster >= 0) part("detail").focus({ preventScroll: true });
  else part(`tab-${view}`).focus({ preventScroll: true });
}

function remember() {
  const name = clusters[chosen.cluster]?.name;
  const address = `#/${view}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
  if (location.hash !== address) history.replaceState(null, "", address);
}

/**
 * Shows what an address says: a view, and a cluster by its name.
 *
 * @param {string} address
 */
function recall(address) {
  const [, wanted, name] = address.split("/");
  if (isView(wanted)) switchTo(wanted);
  const number = clusterNumber(decoded(name ?? ""));
  if (number < 0) return;
  const [first = -1] = stepsOfCluster(clusters[number].name);
  choose(number, view === "clusters" ? -1 : first);
}

/**
 * @param {string} name
 * @returns {name is ViewName}
 */
function isView(name) {
  return Object.hasOwn(VIEWS, name);
}

/** @param {string} name */
function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** @param {ViewName} name */
function switchTo(name) {
  view = name;
  for (const each of VIEW_NAMES) {
    VIEWS[each].root.hidden = each !== name;
    const tab = part(`tab-${each}`);
    tab.setAttribute("aria-selected", String(each === name));
    tab.tabIndex = each === name ? 0 : -1;
  }
  part("view").setAttribute("aria-labelledby", `tab-${name}`);
  if (name === "graph") graph.resize();
  else (name === "clusters" ? clusterList : stepList).draw();
  remember();
}

/** Takes search and filters in: all views follow. */
function refresh() {
  const visible = visibleClusters();
  clusterList.set(visible);
  clusterList.mark(chosen.cluster, false);
  showSchedule(new Set(visible));
  graph.filter();
  const nested = clusters.some((cluster) => cluster.name.includes("/"));
  const all = counted(clusters.length, nested ? "resource" : "cluster");
  const some = `${visible.length.toLocaleString("en")} of ${all}`;
  part("count").textContent = visible.length === clusters.length ? all : some;
}

function tabs() {
  return VIEW_NAMES.map((name) => {
    const behaviour = { onclick: () => switchTo(name), onkeydown: tabKey };
    const attributes = {
      type: "button",
      role: "tab",
      id: `tab-${name}`,
      "aria-controls": "view",
      ...behaviour,
    };
    return element("button", attributes, VIEWS[name].label);
  });
}

/** @param {KeyboardEvent} event */
function tabKey(event) {
  const turn = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (!turn) return;
  event.preventDefault();
  const next = VIEW_NAMES.indexOf(view) + turn + VIEW_NAMES.length;
  switchTo(VIEW_NAMES[next % VIEW_NAMES.length]);
  part(`tab-${view}`).focus();
}

/** @param {Filter} filter */
function filterButton({ tone, text }) {
  const button = element(
    "button",
    {
      type: "button",
      class: "chip",
      "data-tone": tone,
      "aria-pressed": "false",
    },
    text,
  );
  button.addEventListener("click", () => toggle(tone, button));
  return button;
}

/**
 * @param {Tone} tone
 * @param {HTMLElement} button
 */
function toggle(tone, button) {
  const isOn = !chosen.tones.has(tone);
  if (isOn) chosen.tones.add(tone);
  else chosen.tones.delete(tone);
  button.setAttribute("aria-pressed", String(isOn));
  refresh();
}

/** @param {KeyboardEvent} event */
function shortcuts(event) {
  const isTyping = source(event).closest("input");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    part("search").focus();
  }
  if (event.key === "Escape" && isTyping) {
    searchField().value = "";
    search();
  } else if (event.key === "Escape") choose(-1, -1);
}

function searchField() {
  return /** @type {HTMLInputElement} */ (part("search"));
}

function search() {
  chosen.query = searchField().value;
  refresh();
}

function changeTheme() {
  const root = document.documentElement;
  const { theme } = root.dataset;
  const isDark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
}

function start() {
  part("tabs").append(...tabs());
  part("filters").append(...data.filters.map(filterButton));
  part("view").append(...VIEW_NAMES.map((name) => VIEWS[name].root));
  showHead();
  drawAxis();
  part("search").addEventListener("input", search);
  part("theme").addEventListener("click", changeTheme);
  document.addEventListener("keydown", shortcuts);
  window.addEventListener("hashchange", () => recall(location.hash));
  const address = location.hash;
  showDetail();
  refresh();
  switchTo(data.view ?? "clusters");
  recall(address);
}

start();
