// Puts the page together: tabs, search and filters, and what is chosen.

/** @typedef {"clusters" | "graph" | "schedule" | "findings"} ViewName */

/** @type {Record<ViewName, {label: string, root: HTMLElement}>} */
const VIEWS = {
  clusters: { label: say("Clusters"), root: clusterView },
  graph: { label: say("Graph"), root: graph.root },
  schedule: { label: say("Schedule"), root: scheduleView },
  findings: { label: say("Findings {count}", { count: findingCount() }), root: findingsView },
};
const VIEW_NAMES = /** @type {ViewName[]} */ (Object.keys(VIEWS)).filter(hasContent);

/** @type {ViewName} */
let view = "clusters";

/**
 * Whether there is something to see in a view: drift has no steps.
 *
 * @param {ViewName} name
 */
function hasContent(name) {
  if (name === "findings") return findingCount() > 0;
  return name === "clusters" || steps.length > 0;
}

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
  if (cluster >= 0 && !isRecalling) bringView();
  moveFocus();
  remember();
}

/** Where details cover the page, the focus goes with them, and back. */
function moveFocus() {
  if (!matchMedia(NARROW).matches || isRecalling) return;
  if (chosen.cluster >= 0) part("detail").focus({ preventScroll: true });
  else part(`tab-${view}`).focus({ preventScroll: true });
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
  else if (name !== "findings") (name === "clusters" ? clusterList : stepList).measure();
  showEmpty(visibleClusters().length);
  if (!isRecalling) bringView();
  remember();
}

/** Below a tall head the views begin out of sight: what a reader opens is brought into it. */
function bringView() {
  const isLow = part("bar").getBoundingClientRect().top > innerHeight / 3;
  if (isLow && document.body.classList.contains("tall")) part("bar").scrollIntoView();
}

/** Takes search, filters and order in: all views follow. */
function refresh() {
  const visible = visibleClusters();
  clusterList.set(listItems(visible));
  clusterList.mark(chosen.cluster, false);
  showSchedule(new Set(visible));
  graph.filter();
  countFilters();
  showEmpty(visible.length);
  const all = counted(clusters.length, noun);
  const some = say("{some} of {all}", { some: visible.length.toLocaleString("en"), all });
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
  remember(false);
}

function changeTheme() {
  const root = document.documentElement;
  const { theme } = root.dataset;
  const isDark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
}

function start() {
  part("tabs").append(...tabs());
  part("tabs").hidden = VIEW_NAMES.length < 2;
  part("filters").append(...data.filters.map(filterButton), ...listChoices());
  part("view").append(...VIEW_NAMES.map((name) => VIEWS[name].root), emptyPart);
  findingsView.append(...allFindings());
  showHead();
  drawAxis();
  part("search").addEventListener("input", search);
  part("theme").addEventListener("click", changeTheme);
  document.addEventListener("keydown", shortcuts);
  window.addEventListener("hashchange", () => recall(location.hash));
  recall(location.hash);
}

start();
