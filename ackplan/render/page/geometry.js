// Where boxes and arrows of the graph lie, in the drawing's own units, and which of them are in sight.

/**
 * @typedef {{left: number, top: number, right: number, bottom: number}} Rectangle
 * @typedef {{x: number, y: number}} Point
 */

const BOX = { width: 200, height: 46, across: 256, down: 60 };
/** As many narrow characters as a box is wide. */
const NAME_WIDTH = 23;

/**
 * The upper left corner of a place's box.
 *
 * @param {Place} place
 * @returns {Point}
 */
function corner({ column, row }) {
  return { x: column * BOX.across, y: row * BOX.down };
}

/**
 * @param {Place} place
 * @returns {Rectangle}
 */
function boxOf(place) {
  const { x, y } = corner(place);
  return { left: x, top: y, right: x + BOX.width, bottom: y + BOX.height };
}

/**
 * What an arrow through these places lies within.
 *
 * @param {Place[]} places
 * @returns {Rectangle}
 */
function around(places) {
  const rows = places.map((place) => place.row);
  return {
    left: places[0].column * BOX.across,
    top: Math.min(...rows) * BOX.down,
    right: places[places.length - 1].column * BOX.across + BOX.width,
    bottom: Math.max(...rows) * BOX.down + BOX.height,
  };
}

/**
 * @param {Rectangle} one
 * @param {Rectangle} other
 */
function overlap(one, other) {
  return one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top;
}

/**
 * A line from the first place's box, through the free places between, to the last one's.
 *
 * @param {Place[]} places
 */
function curve(places) {
  const points = places.map((place) => ({
    x: corner(place).x,
    y: corner(place).y + BOX.height / 2,
  }));
  const start = `M${points[0].x + BOX.width} ${points[0].y}`;
  return points.slice(1).reduce((line, to, index) => {
    const from = { x: points[index].x + BOX.width, y: points[index].y };
    const bend = Math.max(24, (to.x - from.x) / 2);
    const onward = index < points.length - 2 ? `H${to.x + BOX.width}` : "";
    return `${line}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}${onward}`;
  }, start);
}

/**
 * As much of a name as a box is wide: both its ends, for names of a fleet begin alike.
 *
 * @param {string} name
 */
function fitted(name) {
  if (columnsIn(name) <= NAME_WIDTH) return name;
  const characters = [...name];
  const room = (NAME_WIDTH - 1) / 2;
  const [start, end] = [within(characters, room), within(characters.reverse(), room)];
  return `${start.join("")}…${end.reverse().join("")}`;
}

/**
 * The first characters that so many columns hold.
 *
 * @param {string[]} characters
 * @param {number} room
 */
function within(characters, room) {
  let width = 0;
  const end = characters.findIndex((character) => (width += columnsOf(character)) > room);
  return characters.slice(0, end < 0 ? characters.length : end);
}
