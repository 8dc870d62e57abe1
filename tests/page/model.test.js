import assert from "node:assert/strict";
import { test } from "node:test";
import { cluster, load, plan, step } from "./script.js";

const FILES = ["format", "elements", "model", "geometry", "drawing"];
const NAMES = ["allArrows", "chosen", "endsOf", "isCriticalArrow", "neighbour", "retriesOf", "stepLabel", "timesOf"];

/** Two steps above each other wait for the first; a third waits for the upper one. */
const STEPS = [
  step("a", { start: 0, critical: true }),
  step("b", { start: 600, place: { column: 1, row: 0 }, needs: [0], critical: true }),
  step("c", { start: 600, place: { column: 1, row: 1 }, needs: [0], seconds: 60 }),
  step("d", { start: 1200, place: { column: 2, row: 0 }, needs: [0, 1], bends: { 0: [{ column: 1, row: 2 }] } }),
];
const DATA = plan({ clusters: ["a", "b", "c", "d"].map((name) => cluster(name)), steps: STEPS });
const model = load(FILES, [...NAMES, "toneOf"], DATA);

test("arrow keys lead along the arrows, and up and down a column", () => {
  const { neighbour } = model;
  assert.equal(neighbour(3, "ArrowLeft"), 0);
  assert.equal(neighbour(0, "ArrowLeft"), undefined);
  assert.equal(neighbour(0, "ArrowRight"), 1);
  assert.equal(neighbour(3, "ArrowRight"), undefined);
  assert.equal(neighbour(1, "ArrowDown"), 2);
  assert.equal(neighbour(2, "ArrowUp"), 1);
  assert.equal(neighbour(1, "ArrowUp"), undefined);
  assert.equal(neighbour(1, "x"), undefined);
});

test("there is an arrow for each need, and the critical path lies above the others", () => {
  const arrows = model.plain(model.allArrows());
  assert.deepEqual(
    arrows.map(({ from, to }) => [from, to]),
    [
      [0, 2],
      [0, 3],
      [1, 3],
      [0, 1],
    ],
  );
  assert.deepEqual(arrows[1].bends, [{ column: 1, row: 2 }]);
  assert.ok(model.isCriticalArrow(arrows[3]));
  assert.ok(!model.isCriticalArrow(arrows[0]));
});

test("a plan tells when a step should run, a run when it did", () => {
  const { plain, timesOf, toneOf } = model;
  assert.deepEqual(plain(timesOf(STEPS[1])), { start: 600, seconds: 600 });
  assert.equal(timesOf({ ...STEPS[1], start: undefined }), null);
  const ended = { ...STEPS[1], end: { status: "failed", start: 2, seconds: 3 } };
  assert.deepEqual(plain(timesOf(ended)), { start: 2, seconds: 3 });
  assert.equal(timesOf({ ...STEPS[1], end: { status: "skipped", seconds: 0 } }), null);
  assert.deepEqual([toneOf(STEPS[1]), toneOf(ended)], ["create", "failed"]);
});

test("a step says what it is to who does not see it", () => {
  const { stepLabel } = model;
  assert.equal(
    stepLabel({ ...STEPS[2], call: "POST /clusters", expected: "1m" }),
    "c: create, POST /clusters, about 1m",
  );
  assert.equal(stepLabel({ ...STEPS[0], tone: "blocked" }), "a: create, blocked, on the critical path");
  assert.equal(stepLabel({ ...STEPS[2], end: { status: "done", seconds: 1 } }), "c: create, done");
});

test("a run has the critical path that it had, and counts the retries of a cluster", () => {
  const retries = [{ pause: 1 }, { pause: 2 }];
  const starts = [0, 1, 1, 2];
  const steps = STEPS.map((each, n) => ({ ...each, end: { status: "done", start: starts[n], seconds: 1, retries } }));
  const run = load(FILES, NAMES, { ...DATA, steps, run: true });
  assert.equal(run.allArrows().filter(run.isCriticalArrow).length, 1);
  assert.equal(run.retriesOf({ name: "a" }), 2);
  assert.equal(run.retriesOf({ name: "nobody" }), 0);
  assert.equal(run.endsOf({ name: "a" }).length, 1);
});
