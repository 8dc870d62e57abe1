// The address keeps what a reader sees: the view, the cluster, search, filters, grouping and order.

/** Whether the page follows its address just now, which stays as it is. */
let isRecalling = false;

/**
 * Writes what is seen into the address; `isStep`: the browser's Back leads to what was seen before.
 */
function remember(isStep = true) {
  const address = addressNow();
  if (isRecalling || location.hash === address) return;
  if (isStep) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

function addressNow() {
  const name = clusters[chosen.cluster]?.name;
  const wishes = new URLSearchParams();
  if (chosen.query) wishes.set("search", chosen.query);
  if (chosen.tones.size) wishes.set("only", [...chosen.tones].join(","));
  if (chosen.grouping) wishes.set("group", chosen.grouping);
  if (chosen.order !== "harm") wishes.set("sort", chosen.order);
  const path = `#/${view}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
  return wishes.size ? `${path}?${wishes}` : path;
}

/**
 * Shows what an address says.
 *
 * @param {string} address
 */
function recall(address) {
  const [path, query = ""] = address.split("?", 2);
  const [, wanted, name] = path.split("/");
  const wishes = new URLSearchParams(query);
  isRecalling = true;
  takeWishes(wishes);
  refresh();
  switchTo(isView(wanted) ? wanted : first());
  const number = clusterNumber(decoded(name ?? ""));
  const [step = -1] = number < 0 ? [] : stepsOfCluster(clusters[number].name);
  choose(number, view === "graph" || view === "schedule" ? step : -1);
  isRecalling = false;
  if (leadsDown(wishes)) bringView();
}

/**
 * Whether an address asks for more than the page as it opens, whose head comes first.
 *
 * @param {URLSearchParams} wishes
 */
function leadsDown(wishes) {
  return view !== first() || chosen.cluster >= 0 || wishes.size > 0;
}

/** @param {URLSearchParams} wishes */
function takeWishes(wishes) {
  const [grouping, order] = [wishes.get("group") ?? "", wishes.get("sort") ?? "harm"];
  const only = new Set((wishes.get("only") ?? "").split(","));
  chosen.query = searchField().value = wishes.get("search") ?? "";
  chosen.tones = new Set(data.filters.map(({ tone }) => tone).filter((tone) => only.has(tone)));
  chosen.grouping = usefulGroupings().find((name) => name === grouping) ?? "";
  chosen.order = Object.hasOwn(ORDERS, order) ? /** @type {Order} */ (order) : "harm";
  showChoices();
}

/** The view that is open first. */
function first() {
  return data.view && isView(data.view) ? data.view : "clusters";
}

/**
 * @param {string} name
 * @returns {name is ViewName}
 */
function isView(name) {
  return VIEW_NAMES.some((each) => each === name);
}

/** @param {string} name */
function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
