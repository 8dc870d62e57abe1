// Which part of the graph is seen, and how large: a drawing moves and grows below a window.

/** @typedef {{width: number, height: number}} Size */

/** A smaller zoom than this shows boxes without words. */
const FAR = 0.35;
/** The smallest zoom at which words in boxes can be read. */
const LEGIBLE = 0.6;
/** The zoom with which a step is shown that was far away. */
const NEAR = 0.8;
const ZOOMS = { least: 0.05, most: 2.5, fit: 1.15 };
/** Free space at the rims of the window, and at its foot, where the hint stands. */
const RIM = { side: 20, foot: 60 };

class Camera {
  constructor() {
    this.x = this.y = 0;
    this.zoom = 1;
  }

  get isFar() {
    return this.zoom < FAR;
  }

  get transform() {
    return `translate(${this.x} ${this.y}) scale(${this.zoom})`;
  }

  /**
   * Shows all of a drawing, as far as it can be read; of a very large one its beginning.
   *
   * @param {Size} drawing
   * @param {Size} size of the window
   * @param {number} least the smallest zoom
   */
  fit(drawing, size, least = ZOOMS.least) {
    const whole = Math.min((size.width - 2 * RIM.side) / drawing.width, (size.height - 70) / drawing.height);
    this.zoom = Math.min(ZOOMS.fit, Math.max(whole, least));
    const gap = BOX.across - BOX.width;
    this.x = Math.max(RIM.side, (size.width - drawing.width * this.zoom + gap * this.zoom) / 2);
    this.y = Math.max(RIM.side, Math.min(80, (size.height - RIM.foot - drawing.height * this.zoom) / 3));
  }

  /**
   * Zooms, so that this point of the window stays where it is.
   *
   * @param {number} factor
   * @param {Point} point
   */
  scale(factor, { x, y }) {
    const zoom = Math.min(ZOOMS.most, Math.max(ZOOMS.least, this.zoom * factor));
    this.x = x - (x - this.x) * (zoom / this.zoom);
    this.y = y - (y - this.y) * (zoom / this.zoom);
    this.zoom = zoom;
  }

  /**
   * Brings a box into sight, where it is not.
   *
   * @param {Place} place
   * @param {Size} size of the window
   */
  show(place, size) {
    if (this.isFar) this.scale(NEAR / this.zoom, middle(size));
    const { x, y } = corner(place);
    const [left, top] = [x * this.zoom + this.x, y * this.zoom + this.y];
    const [width, height] = [BOX.width * this.zoom, BOX.height * this.zoom];
    const isBeside = left < RIM.side || left + width > size.width - RIM.side;
    const isAbove = top < RIM.side || top + height > size.height - RIM.foot;
    if (isBeside) this.x += middle(size).x - left - width / 2;
    if (isAbove) this.y += middle(size).y - top - height / 2;
  }

  /**
   * What of the drawing is in the window.
   *
   * @param {Size} size of the window
   * @returns {Rectangle}
   */
  sight({ width, height }) {
    return {
      left: -this.x / this.zoom,
      top: -this.y / this.zoom,
      right: (width - this.x) / this.zoom,
      bottom: (height - this.y) / this.zoom,
    };
  }
}

/**
 * @param {Size} size
 * @returns {Point}
 */
function middle({ width, height }) {
  return { x: width / 2, y: height / 2 };
}
