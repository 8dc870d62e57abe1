// The head of the page: facts, the critical path, what a reader must see before anything else.

const MOST_NAMES = 8;
const MOST_FAILURES = 20;

function showHead() {
  part("facts").append(...data.facts.map(headFact));
  part("path").hidden = data.path.length === 0 || Boolean(data.run);
  part("path").append("Critical path: ", ...data.path.flatMap((name, index) => [index ? " → " : "", pathName(name)]));
  const items = [...(data.run ? failures() : data.alerts.map(alertPart)), ...data.findings.map(headFinding)];
  part("alerts").append(...items.map((item) => complete(item, { role: "listitem" }, [])));
}

/** @param {Fact} fact */
function headFact({ name, text }) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, text));
}

/** @param {string} name */
function pathName(name) {
  return clusterNumbers.has(name) ? nameLink(name) : name;
}

/** @param {Alert} alert */
function alertPart({ tone, text, names = [] }) {
  const more = names.length - MOST_NAMES;
  const list = element(
    "span",
    { class: "names" },
    ...names.slice(0, MOST_NAMES).map(nameLink),
    more > 0 && `and ${more.toLocaleString("en")} more`,
  );
  return element("div", { class: "alert", "data-tone": tone }, element("p", {}, element("b", {}, text), list));
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
  const ending = element("span", {}, nameLink(step.cluster), `: ${step.text} ${step.end?.status}`);
  shown.firstChild?.appendChild(element("span", { class: "names" }, ending));
  return shown;
}
