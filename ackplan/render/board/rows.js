// Rows of a table that a reader looks for: words that all have to be in one.

/**
 * The words of a query, in small letters.
 *
 * @param {string} query
 */
function wordsOf(query) {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

/**
 * @param {string} text
 * @param {string[]} words
 */
function hasAll(text, words) {
  return words.every((word) => text.includes(word));
}

/**
 * A field to search in, with a place that says how many are seen. `search` is called with what was typed.
 *
 * @param {string} label
 * @param {(query: string) => void} search
 */
function searchParts(label, search) {
  const field = element("input", {
    ...{ id: "search", type: "search", placeholder: `${label}   /`, autocomplete: "off", spellcheck: "false" },
    oninput: () => search(field.value),
  });
  const named = element("label", { for: "search", class: "hidden" }, label);
  return [named, field, element("p", { id: "count", role: "status" })];
}

/**
 * Says how many of all are seen.
 *
 * @param {number} seen
 * @param {number} all
 * @param {string} noun
 */
function showCount(seen, all, noun) {
  part("count").textContent =
    seen === all
      ? counted(all, noun)
      : say("{some} of {all}", { some: seen.toLocaleString("en"), all: counted(all, noun) });
}

/** @param {KeyboardEvent} event */
function searchKeys(event) {
  const field = /** @type {HTMLInputElement | null} */ (document.getElementById("search"));
  if (!field || event.ctrlKey || event.metaKey) return;
  if (event.key === "/" && !source(event).closest("input")) {
    event.preventDefault();
    field.focus();
  }
  if (event.key === "Escape" && field.value) {
    field.value = "";
    field.dispatchEvent(new Event("input"));
  }
}
