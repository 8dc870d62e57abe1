import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./script.js";

const NAMES = ["axisMarks", "counted", "duration", "joined", "precise", "present", "shortValue"];
const { axisMarks, counted, duration, joined, plain, precise, present, shortValue } = load(["format"], NAMES);

test("times are written as the other formats write them", () => {
  const seconds = [0, 0.4, 45, 59.6, 600, 90, 3600, 3900, 3930, 86400];
  const texts = ["0s", "0s", "45s", "1m", "10m", "1m30s", "1h", "1h5m", "1h5m", "24h"];
  assert.deepEqual(seconds.map(duration), texts);
});

test("what was measured has tenths of a second while it is short", () => {
  assert.deepEqual([0, 0.04, 0.25, 9.94, 9.96, 61].map(precise), ["0s", "0.0s", "0.3s", "9.9s", "10s", "1m1s"]);
});

test("numbers are counted in words", () => {
  assert.equal(counted(1, "cluster"), "1 cluster");
  assert.equal(counted(0, "cluster"), "0 clusters");
  assert.equal(counted(2000, "cluster"), "2,000 clusters");
});

test("an axis has at most nine marks at round numbers", () => {
  assert.deepEqual(
    plain(axisMarks(600)).map(({ label }) => label),
    ["0s", "2m", "4m", "6m", "8m", "10m"],
  );
  assert.deepEqual(plain(axisMarks(0)), [{ at: 0, label: "0.0s" }]);
  for (const seconds of [0.3, 1, 7, 59, 61, 599, 3601, 86399, 1e6]) {
    const marks = plain(axisMarks(seconds));
    assert.ok(marks.length >= 2 && marks.length <= 9, `${seconds}: ${marks.length}`);
    assert.ok(marks.at(-1).at <= seconds);
  }
});

test("nothing is joined with what there is not", () => {
  assert.equal(joined(" · ", "managed", "", undefined, null, false, "cn-beijing"), "managed · cn-beijing");
  assert.equal(joined(", "), "");
});

test("what is left out is none, not what is empty or zero", () => {
  assert.deepEqual(plain(present(["", 0, null, undefined, false, "x"])), ["", 0, "x"]);
});

test("a long value is cut where a row ends", () => {
  assert.equal(shortValue("x".repeat(40)), "x".repeat(40));
  assert.equal(shortValue("x".repeat(41)), `${"x".repeat(39)}…`);
});
