// Makes elements. Whatever comes from outside goes in as text, so nothing of it is ever markup.

/**
 * @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Attribute
 * @typedef {Node | string | false | null | undefined} Child
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes, listeners (`onclick`) and children: nodes or texts; null and false are left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} attributes
 * @param {Array<Child | Child[]>} children
 */
function element(tag, attributes = {}, ...children) {
  return complete(document.createElement(tag), attributes, children);
}

/**
 * The same for a part of a drawing.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} attributes
 * @param {Array<Child | Child[]>} children
 */
function shape(tag, attributes = {}, ...children) {
  return complete(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} Node
 * @param {Node} node
 * @param {Record<string, Attribute>} attributes
 * @param {Array<Child | Child[]>} children
 */
function complete(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...present(children.flat()));
  return node;
}

/**
 * The element of the page with this id.
 *
 * @param {string} id
 */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * The element that an event came from.
 *
 * @param {Event} event
 */
function source(event) {
  return /** @type {Element} */ (event.target);
}

/**
 * @param {string} tone
 * @param {string} text
 */
function badge(tone, text) {
  return element("span", { class: "badge", "data-tone": tone }, text);
}
