// What policies and ackplan itself found, each rule and each sort once with its clusters; commands that can be copied.

/** As many names stand in a row; more are a click away, none is left out. */
const MOST_OPEN_NAMES = 24;
const MOST_OPEN_WORDINGS = 5;
/** A command of ackplan in a sentence: behind a colon, up to a comma or the end of the sentence. */
const COMMAND = /(?<=: )ackplan (?:[^\s;,]|[;,](?!\s|$)|\s(?!or\b))+(?<![.;,])/g;

const findingsView = element("div", { id: "findings", tabindex: 0, role: "group", "aria-label": say("Findings") });

/** How many findings there are, a rule counted once. */
function findingCount() {
  return data.findings.length + data.rules.length;
}

/** All of them: errors first, then rules of the team, then others. */
function allFindings() {
  const own = [...data.findings].sort((a, b) => Number(b.severity === "error") - Number(a.severity === "error"));
  return [...own.map(headFinding), ...data.rules.map(rulePart)];
}

/** @param {Rule} rule */
function rulePart({ rule, severity, code, summary, counted: number, details, cures = [] }) {
  return element(
    "div",
    { class: "alert", "data-tone": severity === "error" ? "danger" : "warning" },
    element(
      "p",
      {},
      element("b", {}, rule),
      ` (${say(severity)}, ${code})${number ? `: ${number}` : ""}. ${summary ?? ""}`,
    ),
    ...folded(details.map(wordingPart)),
    ...folded(cures.map((cure) => element("p", {}, "→ ", ...withCommands(cure)))),
  );
}

/**
 * The first few; what is beyond them opens on a click.
 *
 * @param {HTMLElement[]} parts
 */
function folded(parts) {
  const rest = parts.slice(MOST_OPEN_WORDINGS);
  if (!rest.length) return parts;
  const summary = element("summary", {}, say("and {count} more", { count: rest.length.toLocaleString("en") }));
  return [...parts.slice(0, MOST_OPEN_WORDINGS), element("details", {}, summary, ...rest)];
}

/** @param {Wording} wording */
function wordingPart({ text: detail, names = [] }) {
  return element(
    "div",
    { class: "wording" },
    element("p", {}, ...withCommands(detail)),
    names.length ? namesPart(names) : null,
  );
}

/**
 * All these names, as ways to their clusters where they are clusters; what is beyond the first few opens on a click.
 *
 * @param {string[]} names
 */
function namesPart(names, most = MOST_OPEN_NAMES) {
  const links = names.map(pathName);
  const list = element("span", { class: "names" }, ...links.slice(0, most));
  const rest = links.slice(most);
  if (!rest.length) return list;
  const summary = element("summary", {}, say("and {count} more", { count: rest.length.toLocaleString("en") }));
  list.append(element("details", {}, summary, element("span", { class: "names" }, ...rest)));
  return list;
}

/**
 * A sentence with its commands in code, to be copied.
 *
 * @param {string} sentence
 */
function withCommands(sentence) {
  /** @type {Array<string | HTMLElement>} */
  const parts = [];
  let end = 0;
  for (const match of sentence.matchAll(COMMAND)) {
    parts.push(sentence.slice(end, match.index), copyable(match[0]));
    end = match.index + match[0].length;
  }
  return [...parts, sentence.slice(end)];
}

/**
 * A command in code with a button that copies it.
 *
 * @param {string} command
 */
function copyable(command) {
  const shown = element("code", {}, command);
  const attributes = { type: "button", class: "plain copy", "aria-label": say("Copy {command}", { command }) };
  const button = element("button", attributes, say("Copy"));
  button.addEventListener("click", () => copy(command, shown, button));
  return element("span", { class: "command" }, shown, button);
}

/**
 * Copies a command; where the browser does not allow that, selects it.
 *
 * @param {string} command
 * @param {HTMLElement} shown
 * @param {HTMLElement} button
 */
async function copy(command, shown, button) {
  try {
    await navigator.clipboard.writeText(command);
    button.textContent = say("Copied");
  } catch {
    getSelection()?.selectAllChildren(shown);
    button.textContent = say("Selected");
  }
}
