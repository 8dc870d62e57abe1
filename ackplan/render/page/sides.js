// The three sides of a cluster beside each other: what the spec wants, what is recorded, what is live.

/** Stands for the number of a text: the value is not told. */
const NOT_TOLD = -1;

/** @param {Cluster} cluster */
function sideParts({ sides }) {
  if (!sides?.names.length) return [];
  const { names, changes } = sides;
  const rows = names.map((name, row) => {
    const cells = [
      sideCell(sides.wanted, row, say("not in the spec")),
      sideCell(sides.recorded, row, say("not recorded")),
      sideCell(sides.live, row, say("not live")),
    ];
    return element("tr", { class: row < changes ? "moved" : null }, keyCell(name), ...cells);
  });
  const hint = say("Not told: the API does not show it, or the plan does not keep it.");
  return present([
    element("h3", {}, say("Wanted, recorded, live")),
    isPartlyTold(sides) && element("p", { class: "quiet" }, hint),
    table("Wanted, recorded, live", ["Parameter", "Wanted", "Recorded", "Live"], rows),
  ]);
}

/** @param {Sides} sides */
function isPartlyTold({ wanted, recorded, live }) {
  return [wanted, recorded, live].some((side) => side === "unknown" || (side !== "no" && side.includes(NOT_TOLD)));
}

/**
 * @param {Side} side
 * @param {number} row
 * @param {string} absent
 */
function sideCell(side, row, absent) {
  if (side === "no") return absentCell(absent);
  return valueCell(side === "unknown" ? NOT_TOLD : side[row]);
}
