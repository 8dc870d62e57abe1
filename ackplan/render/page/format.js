// How numbers, times and texts are written.

/** A screen that is not wider has one column. */
const NARROW_WIDTH = 860;
const NARROW = `(max-width: ${NARROW_WIDTH}px)`;
/** The words of the page's language by the English ones, where it is another one. */
const phrasebook = /** @type {Map<string, string>} */ (new Map());
const LONGEST_VALUE = 40;
/** Where Hangul and Chinese characters begin, which are twice as wide. */
const FIRST_WIDE = 0x1100;
/** Pixels of a narrow character in bold, with a little room to spare. */
const COLUMN_WIDTH = 8.2;

/** Seconds from mark to mark of the axis, and how many marks there may be. */
const ROUND_SECONDS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400,
];
const MOST_MARKS = 8;

/**
 * What there is of these; an empty text is something.
 *
 * @template Item
 * @param {Array<Item | false | null | undefined>} items
 */
function present(items) {
  return /** @type {Item[]} */ (items.filter((item) => item !== null && item !== undefined && item !== false));
}

/**
 * These words, those that say something, in one.
 *
 * @param {string} separator
 * @param {Array<string | false | null | undefined>} words
 */
function joined(separator, ...words) {
  return words.filter(Boolean).join(say(separator));
}

/**
 * English words in the language of the page, each argument in the place of its name in braces.
 *
 * @param {string} words
 * @param {Record<string, string | number>} values
 */
function say(words, values = {}) {
  return (phrasebook.get(words) ?? words).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * `1 cluster`, `2,000 clusters`.
 *
 * @param {number} number
 * @param {string} noun
 */
function counted(number, noun) {
  const said = number.toLocaleString("en");
  const words = phrasebook.get(`# ${noun}`);
  return words ? words.replace("#", said) : `${said} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * Seconds as `45s`, `10m`, `1m30s`, `1h5m`.
 *
 * @param {number} seconds
 */
function duration(seconds) {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const text = (hours ? `${hours}h` : "") + (minutes ? `${minutes}m` : "") + (rest && !hours ? `${rest}s` : "");
  return text || "0s";
}

/**
 * The same for what was measured: a tenth of a second where that is not little.
 *
 * @param {number} seconds
 */
function precise(seconds) {
  return seconds > 0 && seconds < 9.95 ? `${seconds.toFixed(1)}s` : duration(seconds);
}

/**
 * Where the marks of an axis of so many seconds stand.
 *
 * @param {number} seconds
 */
function axisMarks(seconds) {
  const every = ROUND_SECONDS.find((round) => seconds / round <= MOST_MARKS) ?? seconds / MOST_MARKS;
  const marks = [];
  for (let at = 0; at <= seconds && every > 0; at += every) {
    marks.push({ at, label: every < 1 ? `${at.toFixed(1)}s` : duration(at) });
  }
  return marks;
}

/**
 * How many lines the longest of these names takes in so many pixels; at most six.
 *
 * @param {string[]} names
 * @param {number} room
 */
function linesOf(names, room) {
  const longest = names.reduce((most, name) => Math.max(most, columnsIn(name)), 0);
  return Math.min(6, Math.max(1, Math.ceil((longest * COLUMN_WIDTH) / Math.max(room, 60))));
}

/**
 * How many narrow characters a text is wide; Chinese characters are twice as wide as others.
 *
 * @param {string} words
 */
function columnsIn(words) {
  let columns = 0;
  for (const character of words) columns += columnsOf(character);
  return columns;
}

/** @param {string} character */
function columnsOf(character) {
  return (character.codePointAt(0) ?? 0) >= FIRST_WIDE ? 2 : 1;
}

/** @param {string} value */
function shortValue(value) {
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE - 1)}…` : value;
}
