// The head of the page: facts, the critical path, what a reader must see before anything else.

const MOST_NAMES = 12;
/** Names of clusters that are destroyed. */
const MOST_LOST_NAMES = 400;
/** Of more names in the head it can be folded on a wide screen, too. */
const MOST_HEAD_NAMES = 40;
const MOST_FAILURES = 20;
/** A head that takes more of the window than this can be folded, too. */
const MOST_HEAD_SHARE = 0.55;
/** As many findings stand in the head, and rows with those above; more have a view of their own. */
const MOST_HEAD_FINDINGS = 3;
const MOST_HEAD_ROWS = 6;

function showHead() {
  part("facts").append(...data.facts.map(headFact));
  part("path").hidden = data.path.length === 0;
  part("path").append(
    say("Critical path: "),
    ...data.path.flatMap((name, index) => [index ? " → " : "", clusterNumbers.has(name) ? nameLink(name) : name]),
  );
  const dangers = data.run ? failures() : data.alerts.map(alertPart);
  const items = [...dangers, ...headFindings()];
  part("alerts").append(...items.map((item) => complete(item, { role: "listitem" }, [])));
  part("warnings").hidden = items.length === 0;
  const names = data.alerts.reduce((sum, alert) => sum + (alert.names?.length ?? 0), 0);
  part("warned").append(...warnedInShort(items.length));
  foldHead();
  const isLong = names > MOST_HEAD_NAMES || part("bar").getBoundingClientRect().top > innerHeight * MOST_HEAD_SHARE;
  document.body.classList.toggle("tall", isLong && items.length > 0);
  matchMedia(NARROW).addEventListener("change", foldHead);
}

/** On a narrow screen the head is two lines that open. */
function foldHead() {
  for (const id of ["about", "warnings"]) {
    part(id).toggleAttribute("open", !matchMedia(NARROW).matches);
  }
}

/**
 * What stands for the warnings where they are folded: the worst in words, how many there are.
 *
 * @param {number} number
 */
function warnedInShort(number) {
  const worst = data.run ? [] : data.alerts.filter(({ tone }) => tone === "danger").slice(0, 2);
  const words = worst.map(({ text: said }) => element("b", { "data-tone": "danger" }, said));
  const more = number - words.length;
  const rest = words.length ? say("{count} more", { count: more }) : counted(number, "warning");
  return [...words.flatMap((word) => [word, say("; ")]), more > 0 ? rest : say("names")];
}

/** Findings, where they are few; else how many there are, and the way to them. */
function headFindings() {
  const number = findingCount();
  const above = data.run ? 0 : data.alerts.length;
  if (number <= MOST_HEAD_FINDINGS && number + above <= MOST_HEAD_ROWS) return allFindings();
  const errors = [...data.findings, ...data.rules].filter(({ severity }) => severity === "error").length;
  const words = joined(
    ", ",
    errors > 0 && counted(errors, "error"),
    number > errors && counted(number - errors, "warning"),
  );
  const go = element("button", { type: "button", class: "name", onclick: () => switchTo("findings") }, say("See them"));
  const line = element(
    "p",
    {},
    element("b", {}, say("Findings: {counts}", { counts: words })),
    element("span", { class: "names" }, go),
  );
  return [element("div", { class: "alert", "data-tone": errors ? "danger" : "warning" }, line)];
}

/** @param {Fact} fact */
function headFact({ name, text: said, link }) {
  const shown = link ? element("a", { href: link, rel: "noreferrer" }, say("this CI job")) : said;
  return element("div", {}, element("dt", {}, name), element("dd", {}, shown));
}

/** @param {string} name */
function pathName(name) {
  return clusterNumbers.has(name) ? nameLink(name) : element("code", {}, name);
}

/**
 * What could hurt with its names: of what is lost for good all of them are open.
 *
 * @param {Alert} alert
 */
function alertPart({ tone, text: said, topic, names = [] }) {
  const most = topic === "delete" || topic === "replace" ? MOST_LOST_NAMES : MOST_NAMES;
  const line = element("p", {}, element("b", {}, said), names.length > 0 && namesPart(names, most));
  return element("div", { class: "alert", "data-tone": tone }, line);
}

/**
 * An error or a warning, with a way to the cluster that it names.
 *
 * @param {Finding} finding
 */
function headFinding(finding) {
  const { cluster, subject = "" } = finding;
  if (cluster === undefined || !clusterNumbers.has(cluster)) return findingPart(finding);
  const shown = findingPart({
    ...finding,
    subject: subject.slice(cluster.length + 2),
  });
  shown.firstChild?.appendChild(element("span", { class: "names" }, nameLink(cluster)));
  return shown;
}

/** The errors of a run, each with its step. */
function failures() {
  const failed = steps.filter((step) => step.end?.errors?.length);
  return failed
    .slice(0, MOST_FAILURES)
    .flatMap((step) => (step.end?.errors ?? []).map((error) => failure(step, error)));
}

/**
 * @param {Step} step
 * @param {Finding} error
 */
function failure(step, error) {
  const shown = findingPart({
    ...error,
    subject: error.subject === step.cluster ? "" : error.subject,
  });
  const ending = element("span", {}, nameLink(step.cluster), `: ${step.text} ${say(step.end?.status ?? "")}`);
  shown.firstChild?.appendChild(element("span", { class: "names" }, ending));
  return shown;
}
