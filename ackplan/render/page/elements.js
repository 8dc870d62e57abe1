// Makes elements. Whatever comes from outside goes in as text, so nothing of it is ever markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners (`onclick`) and children: nodes or texts; null and false are left out. */
function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for a part of a drawing. */
function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** The element of the page with this id. */
function part(id) {
  return document.getElementById(id);
}

function badge(tone, text) {
  return element("span", { class: "badge", "data-tone": tone }, text);
}

/** `1 cluster`, `2,000 clusters`. */
function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** Seconds as `45s`, `10m`, `1m30s`, `1h5m`. */
function duration(seconds) {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const text = (hours ? `${hours}h` : "") + (minutes ? `${minutes}m` : "") + (rest && !hours ? `${rest}s` : "");
  return text || "0s";
}

/** The same for what was measured: a tenth of a second where that is not little. */
function precise(seconds) {
  return seconds > 0 && seconds < 9.95 ? `${seconds.toFixed(1)}s` : duration(seconds);
}
