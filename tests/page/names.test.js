import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { URL } from "node:url";
import { sourceOf } from "./script.js";

const FOLDER = new URL("../../ackplan/render/page/", import.meta.url);
const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".js"))
  .map((name) => name.slice(0, -3));
const DEFINITIONS = /^(?:function|class|const|let) (\w+)/gm;

test("what stands at the top of a file is used, and stands in no second one", () => {
  const sources = FILES.map(sourceOf);
  const code = sources.join("\n").replace(/\/\*\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  const names = sources.flatMap((source) => [...source.matchAll(DEFINITIONS)].map((match) => match[1]));
  assert.ok(names.length > 100);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  assert.deepEqual(
    names.filter((name) => code.match(new RegExp(`\\b${name}\\b`, "g")).length < 2),
    [],
  );
});
