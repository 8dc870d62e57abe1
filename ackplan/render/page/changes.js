// What changes of a cluster, parameter by parameter, as a table.

/** @type {Record<Mark, Tone | undefined>} */
const MARK_TONES = {
  "+": "create",
  "-": "delete",
  "~": "update",
  " ": undefined,
};

/** @param {Cluster} cluster */
function changeParts({ fields = [], unchanged }) {
  if (!fields.length) return [];
  const fresh = fields.every((field) => field.before === undefined && !field.notes);
  const titles = fresh ? ["", "Parameter", "Value"] : ["", "Parameter", "Before", "After"];
  const rows = fields.map((field) => (fresh ? freshRow(field) : changedRow(field)));
  const same = unchanged
    ? element("p", { class: "quiet" }, say("{count} unchanged", { count: counted(unchanged, "parameter") }))
    : null;
  return present([element("h3", {}, say("What changes")), table("What changes", titles, rows), same]);
}

/** @param {Field} field */
function freshRow({ mark, name, after }) {
  const value = element("td", { class: "value" }, after === undefined ? "" : text(after));
  return element("tr", {}, markCell(mark), keyCell(name), value);
}

/** @param {Field} field */
function changedRow({ mark, name, before, after, notes, lines }) {
  const both = lines
    ? [element("td", { class: "value diff", colspan: 2 }, ...lines.map(diffLine))]
    : [valueCell(before, "old"), valueCell(after, "new")];
  return element("tr", {}, markCell(mark), keyCell(name, notes), ...both);
}

/** @param {Mark} mark */
function markCell(mark) {
  return element("td", { class: "sign", "data-tone": MARK_TONES[mark] }, mark);
}

/**
 * The name of a parameter, which a line may break after each underscore of, and what is to be said of its change.
 *
 * @param {TextNumber} name
 * @param {string[]} notes
 */
function keyCell(name, notes = []) {
  const words = text(name).split("_");
  const pieces = words.flatMap((word, index) => (index ? ["_", element("wbr"), word] : [word]));
  const badges = notes.map((note) => badge(data.notes[note].tone, data.notes[note].text));
  return element("td", { class: "key" }, ...pieces, badges.length ? element("div", {}, ...badges) : null);
}

/** @param {Line} line */
function diffLine({ mark, text: number }) {
  const tones = { "+": "new", "-": "old", "~": "", " ": "" };
  return element("div", { class: tones[mark] }, `${mark} ${text(number)}`);
}

/**
 * @param {ValueNumber | null | undefined} number
 * @param {string} tone
 */
function valueCell(number, tone = "") {
  if (number === null || number === undefined) return absentCell(say("not set"));
  return number === NOT_TOLD ? absentCell(say("not told")) : element("td", { class: `value ${tone}` }, text(number));
}

/** @param {string} why */
function absentCell(why) {
  return element("td", {}, element("span", { class: "absent" }, why));
}

/**
 * @param {string} label
 * @param {string[]} titles
 * @param {HTMLElement[]} rows
 */
function table(label, titles, rows) {
  const cells = titles.map((title) => (title ? element("th", { scope: "col" }, say(title)) : element("td", {})));
  const head = element("thead", {}, element("tr", {}, ...cells));
  const whole = element("table", { "aria-label": say(label) }, head, element("tbody", {}, ...rows));
  const region = {
    class: "scroll",
    tabindex: 0,
    role: "region",
    "aria-label": say("{name}, table", { name: say(label) }),
  };
  return element("div", region, whole);
}
