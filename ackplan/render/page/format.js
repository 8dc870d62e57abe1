// How numbers, times and texts are written.

const LONGEST_VALUE = 40;

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
  return words.filter(Boolean).join(separator);
}

/**
 * `1 cluster`, `2,000 clusters`.
 *
 * @param {number} number
 * @param {string} noun
 */
function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
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

/** @param {string} value */
function shortValue(value) {
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE - 1)}…` : value;
}
