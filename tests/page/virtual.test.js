import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./script.js";

const { nextIndex } = load(["virtual"], ["nextIndex"]);

test("keys lead from row to row and stop at the ends", () => {
  assert.equal(nextIndex("ArrowDown", 0, 5, 3), 1);
  assert.equal(nextIndex("ArrowDown", 4, 5, 3), 4);
  assert.equal(nextIndex("ArrowUp", 0, 5, 3), 0);
  assert.equal(nextIndex("PageDown", 0, 5, 3), 3);
  assert.equal(nextIndex("PageDown", 3, 5, 3), 4);
  assert.equal(nextIndex("PageUp", 4, 5, 3), 1);
  assert.equal(nextIndex("Home", 4, 5, 3), 0);
  assert.equal(nextIndex("End", 0, 5, 3), 4);
});

test("the first key leads to the first row", () => {
  for (const key of ["ArrowDown", "ArrowUp", "Home"]) assert.equal(nextIndex(key, -1, 5, 3), 0);
  assert.equal(nextIndex("End", -1, 5, 3), 4);
});

test("other keys lead nowhere, nor does any in an empty list", () => {
  for (const key of ["x", "Enter", "toString", "__proto__"]) assert.equal(nextIndex(key, 1, 5, 3), null);
  assert.equal(nextIndex("ArrowDown", -1, 0, 3), null);
});
