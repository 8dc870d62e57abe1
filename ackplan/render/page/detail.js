// One cluster in full: why, what can be done, what it waits for.

const MOST_NEIGHBOURS = 20;

/** Fills the panel with the cluster that is chosen. */
function showDetail() {
  const panel = part("detail");
  const cluster = clusters[chosen.cluster];
  const nothing = element("p", { class: "nothing" }, say("Choose a cluster or a step."));
  panel.replaceChildren(...(cluster ? clusterParts(cluster) : [nothing]));
  panel.scrollTop = 0;
  document.body.classList.toggle("opened", Boolean(cluster));
}

/** @param {Cluster} cluster */
function clusterParts(cluster) {
  const { reason, drift, notes = [], blocked = [] } = cluster;
  const [changed, performed] = [changeParts(cluster), stepParts(cluster)];
  return present([
    panelHead(cluster),
    clusterSummary(cluster),
    reason && element("p", {}, say("Why: {reason}.", { reason })),
    drift && element("p", {}, say("Drift: {drift}.", { drift })),
    ...notes.map((note) => element("p", { class: "quiet" }, note)),
    ...[...findingsOf(cluster), ...blocked].map(findingPart),
    ...wayParts(cluster),
    ...neighbours(cluster),
    ...(data.run ? [...performed, ...changed] : [...changed, ...performed]),
    ...sideParts(cluster),
  ]);
}

/**
 * Whose details these are, in sight however far a reader scrolls.
 *
 * @param {Cluster} cluster
 */
function panelHead(cluster) {
  const { tone, name, region, state, id } = cluster;
  const mark = element("span", { class: "mark", "data-tone": tone, "aria-hidden": "true" }, cluster.mark ?? "=");
  const close = element(
    "button",
    { type: "button", class: "plain close", onclick: () => choose(-1, -1) },
    say("Close"),
  );
  const about = joined(" · ", cluster.title, region, state, id);
  return element(
    "div",
    { class: "top" },
    element("div", {}, mark, element("h2", {}, name), close),
    element("p", { class: "sub" }, about),
  );
}

/** @param {Cluster} cluster */
function clusterSummary(cluster) {
  const words = joined(" · ", cluster.became ?? cluster.headline, cluster.brief);
  return element("p", {}, words, ...flags(cluster).map((flag) => [" ", flag]));
}

/**
 * An error or a warning with what to do about it.
 *
 * @param {Finding} finding
 */
function findingPart({ severity, code, subject, summary, detail, cure, place }) {
  return element(
    "div",
    {
      class: "alert",
      "data-tone": severity === "error" ? "danger" : "warning",
    },
    element("p", {}, element("b", {}, `${code} ${summary ?? ""}`)),
    element("p", {}, subject ? element("code", {}, `${subject}: `) : null, ...withCommands(detail ?? "")),
    cure ? element("p", {}, "→ ", ...withCommands(cure)) : null,
    place ? element("p", { class: "quiet" }, element("code", {}, place)) : null,
  );
}

/**
 * What can be done about drift.
 *
 * @param {Cluster} cluster
 */
function wayParts({ ways = [] }) {
  if (!ways.length) return [];
  return [element("h3", {}, say("What can be done")), definitions(ways.map((way) => [way.name, wayText(way)]))];
}

/** @param {Way} way */
function wayText({ text: said, command }) {
  if (command === undefined) return said;
  const at = said.indexOf(command);
  return [said.slice(0, at), copyable(command), said.slice(at + command.length)];
}

/** @param {Array<[string, Child | Child[]]>} lines */
function definitions(lines) {
  return element("dl", {}, ...lines.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
}

/** @param {Cluster} cluster */
function neighbours({ name, waits = [] }) {
  const waiting = clusters.filter((other) => other.waits?.includes(name)).map((other) => other.name);
  return [
    ...(waits.length ? [element("p", {}, say("Waits for: "), ...nameLinks(waits, MOST_NEIGHBOURS))] : []),
    ...(waiting.length ? [element("p", {}, say("Holds up: "), ...nameLinks(waiting, MOST_NEIGHBOURS))] : []),
  ];
}

/**
 * Names that lead to their clusters, the first `most` of them.
 *
 * @param {string[]} names
 * @param {number} most
 */
function nameLinks(names, most) {
  const links = names.slice(0, most).map(nameLink);
  const more = names.length - links.length;
  const spaced = links.flatMap((link, index) => (index ? [say(", "), link] : [link]));
  return more > 0 ? [...spaced, say(" and {count}", { count: counted(more, "other") })] : spaced;
}

/** @param {string} name */
function nameLink(name) {
  const number = clusterNumber(name);
  return element("button", { type: "button", class: "name", onclick: () => choose(number, -1) }, name);
}
