// Puts the page together: head, tabs, search and filters, and what is chosen, which the address keeps.

const VIEWS = { clusters: ["Clusters", listView], graph: ["Graph", picture.root], schedule: ["Schedule", schedule] };
let view = "clusters";

/** Chooses a cluster and one of its steps, or nothing (-1). */
function choose(cluster, step) {
  chosen.cluster = cluster ?? -1;
  chosen.step = step;
  list.mark(chosen.cluster);
  timed.mark(step);
  if (step >= 0) picture.entry = step;
  const focused = document.activeElement?.closest(".node") ? step : -1;
  picture.redraw();
  if (focused >= 0) picture.nodes.get(focused)?.focus({ preventScroll: true });
  showDetail();
  if (view === "graph" && step >= 0) picture.bring(step);
  moveFocus();
  remember();
}

/** Where details cover the page, the focus goes with them, and back. */
function moveFocus() {
  if (!matchMedia("(max-width: 860px)").matches) return;
  if (chosen.cluster >= 0) part("detail").focus({ preventScroll: true });
  else part(`tab-${view}`).focus({ preventScroll: true });
}

function remember() {
  const name = clusters[chosen.cluster]?.name;
  const address = `#/${view}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
  if (location.hash !== address) history.replaceState(null, "", address);
}

/** Shows what an address says: a view, and a cluster by its name. */
function recall(address) {
  const [, wished, name] = address.split("/");
  if (Object.hasOwn(VIEWS, wished)) switchTo(wished);
  const number = clusterNumbers.get(decoded(name ?? ""));
  if (number !== undefined) choose(number, view === "clusters" ? -1 : (stepsOf.get(clusters[number].name) ?? [-1])[0]);
}

function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function switchTo(name) {
  view = name;
  for (const [known, [, root]] of Object.entries(VIEWS)) {
    root.hidden = known !== name;
    const tab = part(`tab-${known}`);
    tab.setAttribute("aria-selected", String(known === name));
    tab.tabIndex = known === name ? 0 : -1;
  }
  part("view").setAttribute("aria-labelledby", `tab-${name}`);
  if (name === "graph") picture.resize();
  else (name === "clusters" ? list : timed).draw();
  remember();
}

/** Takes search and filters in: all views follow. */
function refresh() {
  const numbers = found();
  list.set(numbers);
  list.mark(chosen.cluster, false);
  showSchedule(new Set(numbers));
  picture.filter();
  const all = clusters.length;
  part("count").textContent = numbers.length === all ? counted(all, "cluster") : `${numbers.length.toLocaleString("en")} of ${counted(all, "cluster")}`;
}

function tabs() {
  return Object.entries(VIEWS).map(([name, [label]]) => element("button", {
    type: "button",
    role: "tab",
    id: `tab-${name}`,
    "aria-controls": "view",
    onclick: () => switchTo(name),
    onkeydown: tabKey,
  }, label));
}

function tabKey(event) {
  const names = Object.keys(VIEWS);
  const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!turn) return;
  event.preventDefault();
  switchTo(names[(names.indexOf(view) + turn + names.length) % names.length]);
  part(`tab-${view}`).focus();
}

function filterButtons() {
  return filters().map(({ tone, text: label }) => element("button", {
    type: "button",
    class: "chip",
    "data-tone": tone,
    "aria-pressed": "false",
    onclick: (event) => toggle(tone, event.currentTarget),
  }, label));
}

function toggle(tone, button) {
  const on = !chosen.tones.has(tone);
  if (on) chosen.tones.add(tone);
  else chosen.tones.delete(tone);
  button.setAttribute("aria-pressed", String(on));
  refresh();
}

function head() {
  part("facts").append(...data.facts.map(([name, fact]) => element("div", {}, element("dt", {}, name), element("dd", {}, fact))));
  part("path").hidden = data.path.length === 0 || Boolean(data.run);
  part("path").append("Critical path: ", ...data.path.flatMap((name, index) => [index ? " → " : "", clusterNumbers.has(name) ? nameLinks([name], 1)[0] : name]));
  const items = [...(data.run ? failures() : data.alerts.map(alertPart)), ...data.findings.map(headFinding)];
  part("alerts").append(...items.map((item) => filled(item, { role: "listitem" }, [])));
}

function alertPart(alert) {
  const names = element("span", { class: "names" }, ...alert.names.slice(0, 8).map((name) => nameLinks([name], 1)[0]));
  const more = alert.names.length - 8;
  if (more > 0) names.append(`and ${more.toLocaleString("en")} more`);
  return element("div", { class: "alert", "data-tone": alert.topic === "drift" ? "drift" : alert.tone }, element("p", {}, element("b", {}, alert.text), names));
}

/** An error or a warning, with a way to the cluster that it names. */
function headFinding(found) {
  const known = clusterNumbers.has(found.cluster);
  const made = finding(known ? { ...found, subject: found.subject.slice(found.cluster.length + 2) } : found);
  if (known) made.firstChild.append(element("span", { class: "names" }, ...nameLinks([found.cluster], 1)));
  return made;
}

/** The errors of a run, each with its step. */
function failures() {
  const failed = steps.filter((step) => step.end.errors?.length);
  return failed.slice(0, 20).flatMap((step) => step.end.errors.map((error) => {
    const made = finding({ ...error, subject: error.subject === step.cluster ? "" : error.subject });
    made.firstChild.append(element("span", { class: "names" }, element("span", {}, ...nameLinks([step.cluster], 1), `: ${step.text} ${step.end.status}`)));
    return made;
  }));
}

function shortcuts(event) {
  const typing = event.target.closest("input");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    part("search").focus();
  }
  if (event.key === "Escape" && typing) {
    part("search").value = "";
    search();
  } else if (event.key === "Escape") choose(-1, -1);
}

function search() {
  chosen.query = part("search").value;
  refresh();
}

function changeTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
}

function start() {
  part("tabs").append(...tabs());
  part("filters").append(...filterButtons());
  part("view").append(...Object.values(VIEWS).map(([, root]) => root));
  head();
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
