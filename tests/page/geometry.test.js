import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./script.js";

const NAMES = ["BOX", "Camera", "around", "boxOf", "curve", "fitted", "overlap"];
const { BOX, Camera, around, boxOf, curve, fitted, overlap, plain } = load(["format", "geometry", "camera"], NAMES);
const WINDOW = { width: 1000, height: 600 };

test("names stay in their boxes, those of wide characters too", () => {
  assert.equal(fitted("short"), "short");
  assert.equal(fitted("x".repeat(23)), "x".repeat(23));
  assert.equal(fitted("x".repeat(24)), `${"x".repeat(11)}…${"x".repeat(11)}`);
  assert.equal(fitted("生产环境支付服务华北二"), "生产环境支付服务华北二");
  assert.equal(fitted("生产环境支付服务华北二区"), "生产环境支…务华北二区");
});

test("an arrow goes from the right of a box to the left of the next", () => {
  const line = curve([
    { column: 0, row: 0 },
    { column: 1, row: 0 },
  ]);
  assert.equal(line, "M200 23C228 23 228 23 256 23");
});

test("an arrow goes straight through the free places between", () => {
  const line = curve([
    { column: 0, row: 0 },
    { column: 1, row: 1 },
    { column: 2, row: 0 },
  ]);
  assert.equal(line, "M200 23C228 23 228 83 256 83H456C484 83 484 23 512 23");
});

test("what an arrow lies within holds all of its places", () => {
  const places = [
    { column: 0, row: 2 },
    { column: 1, row: 0 },
    { column: 2, row: 1 },
  ];
  assert.deepEqual(plain(around(places)), { left: 0, top: 0, right: 2 * 256 + 200, bottom: 2 * 60 + 46 });
});

test("boxes beside each other do not overlap, a box and itself do", () => {
  const [one, right, below] = [
    { column: 0, row: 0 },
    { column: 1, row: 0 },
    { column: 0, row: 1 },
  ].map(boxOf);
  assert.ok(overlap(one, one));
  assert.ok(!overlap(one, right));
  assert.ok(!overlap(one, below));
});

test("a small drawing is shown whole and not too large", () => {
  const camera = new Camera();
  camera.fit({ width: 2 * BOX.across, height: 3 * BOX.down }, WINDOW);
  assert.equal(camera.zoom, 1.15);
  const sight = camera.sight(WINDOW);
  assert.ok(overlap(boxOf({ column: 0, row: 0 }), sight) && overlap(boxOf({ column: 1, row: 2 }), sight));
  assert.ok(!camera.isFar);
});

test("of a very large drawing the beginning is shown, from afar", () => {
  const camera = new Camera();
  camera.fit({ width: 1e6, height: 1e6 }, WINDOW);
  assert.equal(camera.zoom, 0.05);
  assert.deepEqual([camera.x, camera.y], [20, 20]);
  assert.ok(camera.isFar);
});

test("the point under the pointer stays where it is, and no zoom is beyond its ends", () => {
  const camera = new Camera();
  const point = { x: 300, y: 200 };
  const before = [(point.x - camera.x) / camera.zoom, (point.y - camera.y) / camera.zoom];
  camera.scale(1.7, point);
  const after = [(point.x - camera.x) / camera.zoom, (point.y - camera.y) / camera.zoom];
  assert.deepEqual(after.map(Math.round), before.map(Math.round));
  camera.scale(100, point);
  assert.equal(camera.zoom, 2.5);
  camera.scale(1e-6, point);
  assert.equal(camera.zoom, 0.05);
});

test("a box out of sight is brought into the middle, one in sight does not move", () => {
  const camera = new Camera();
  [camera.x, camera.y] = [40, 40];
  camera.show({ column: 0, row: 0 }, WINDOW);
  assert.deepEqual([camera.x, camera.y], [40, 40]);
  const place = { column: 20, row: 30 };
  camera.show(place, WINDOW);
  const middle = (camera.x + place.column * BOX.across + BOX.width / 2).toFixed(3);
  assert.equal(Number(middle), WINDOW.width / 2);
  assert.ok(overlap(boxOf(place), camera.sight(WINDOW)));
});

test("a box that is far away is shown near", () => {
  const camera = new Camera();
  camera.zoom = 0.1;
  camera.show({ column: 3, row: 3 }, WINDOW);
  assert.equal(Math.round(camera.zoom * 100), 80);
});
