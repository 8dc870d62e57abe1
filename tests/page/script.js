// The script of the page, or a part of it, run without a browser: what touches no element can be tried by itself.
import { readFileSync } from "node:fs";
import { URL } from "node:url";
import { createContext, runInContext } from "node:vm";

const FOLDER = new URL("../../ackplan/render/page/", import.meta.url);

/** The text of a file of the script. */
export function sourceOf(name) {
  return readFileSync(new URL(`${name}.js`, FOLDER), "utf8");
}

/** What these files of the script define under these names, given the data of a page. */
export function load(files, names, data = plan()) {
  const part = { textContent: JSON.stringify(data) };
  const context = createContext({ document: { getElementById: () => part } });
  const defined = runInContext(`${files.map(sourceOf).join("\n")}\n({ ${names.join(", ")} });`, context);
  // Values of another context are no equals of ours: arrays and objects are compared as JSON.
  return { ...defined, plain: (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value))) };
}

/** The data of a page: that of a plan without anything, but for what is given. */
export function plan(parts = {}) {
  return {
    ...{
      title: "Plan",
      headline: "",
      language: "en",
      filters: [],
      facts: [],
      path: [],
      alerts: [],
      findings: [],
      rules: [],
    },
    notes: { drift: { text: "drift", tone: "drift" }, recorded_only: { text: "recorded only", tone: "record" } },
    ...{ clusters: [], steps: [], graph: { columns: 1, rows: 1 }, seconds: 0, texts: [] },
    ...parts,
  };
}

/** A cluster that is created, but for what is given. */
export function cluster(name, parts = {}) {
  return { name, title: "managed cluster", tone: "create", headline: "will be created", mark: "+", ...parts };
}

/** A step that creates a cluster, but for what is given. */
export function step(name, parts = {}) {
  const place = { column: 0, row: 0 };
  return {
    cluster: name,
    kind: "create",
    tone: "create",
    text: "create",
    seconds: 600,
    timeout: "1h",
    place,
    ...parts,
  };
}
