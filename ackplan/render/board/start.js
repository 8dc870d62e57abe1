// Puts a page of the board together. Without this script it can be read; with it, it can be searched.

const OLD_MILLISECONDS = 3_600_000;
const DAY_MILLISECONDS = 24 * OLD_MILLISECONDS;

function changeTheme() {
  const root = document.documentElement;
  const { theme } = root.dataset;
  const isDark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
}

function themeButton() {
  const sign = element("span", { "aria-hidden": "true" }, "◐");
  return element(
    "button",
    { id: "theme", type: "button", title: say("Light or dark"), onclick: changeTheme },
    sign,
    ` ${say("Theme")}`,
  );
}

/** Says of a board that was made a while ago how long that is. */
function oldNote() {
  const passed = Date.now() - Date.parse(document.body.dataset.made ?? "");
  if (!(passed > OLD_MILLISECONDS)) return null;
  const days = Math.floor(passed / DAY_MILLISECONDS);
  return element(
    "p",
    { class: "old" },
    say("This board was made {age} ago.", { age: days ? counted(days, "day") : duration(passed / 1000) }),
  );
}

function start() {
  document.querySelector(".tools")?.append(themeButton());
  part("head").append(...present([oldNote()]));
  document.addEventListener("keydown", searchKeys);
  if (document.body.dataset.page === "fleet") startFleet();
  else startWorkspace();
}

start();
Object.assign(globalThis, { ackplanNames: takeNames, ackplanHistory: takeHistories });
