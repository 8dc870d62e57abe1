import assert from "node:assert/strict";
import { test } from "node:test";
import { cluster, load, plan, step } from "./script.js";

const CLUSTERS = [
  cluster("created"),
  cluster("same", { tone: "no-op", mark: undefined }),
  cluster("deleted", { tone: "delete", region: "CN-Beijing" }),
  cluster("moved", { tone: "scale", drift: "live changed", fields: [{ mark: "~", name: 0, before: 1, after: 2 }] }),
  cluster("changed", { tone: "update", fields: [{ mark: "+", name: 3, after: 2, notes: ["recorded_only"] }] }),
];
const STEPS = [step("created", { call: "POST /clusters" }), step("deleted", { call: "DELETE /clusters/c-1" })];
const TEXTS = ["num_of_nodes", "2", "3", "timeout_mins"];

function searching(parts = {}) {
  const data = plan({ clusters: CLUSTERS, steps: STEPS, texts: TEXTS, ...parts });
  const { chosen, visibleClusters } = load(
    ["format", "elements", "model", "order", "search"],
    ["chosen", "visibleClusters"],
    data,
  );
  return (query, ...tones) => {
    chosen.query = query;
    chosen.tones = new Set(tones);
    return [...visibleClusters()].map((number) => data.clusters[number].name);
  };
}

test("what could hurt comes first, what stays is not listed", () => {
  assert.deepEqual(searching()(""), ["deleted", "moved", "changed", "created"]);
});

test("words are found in names, values, calls and notes, whatever their case", () => {
  const search = searching();
  assert.deepEqual(search("NUM_of"), ["moved"]);
  assert.deepEqual(search("cn-beijing delete"), ["deleted"]);
  assert.deepEqual(search("post /clusters"), ["created"]);
  assert.deepEqual(search("recorded only"), ["changed"]);
  assert.deepEqual(search("same"), ["same"]);
  assert.deepEqual(search("nothing-like-it"), []);
});

test("filters add up, and show what stays as it is", () => {
  const search = searching();
  assert.deepEqual(search("", "delete"), ["deleted"]);
  assert.deepEqual(search("", "delete", "drift"), ["deleted", "moved"]);
  assert.deepEqual(search("", "no-op"), ["same"]);
  assert.deepEqual(search("moved", "delete"), []);
});

test("of a run what failed comes first, and its ids are found", () => {
  const retries = [{ code: "Throttling", request: "R-0", pause: 1 }];
  const errors = [{ severity: "error", code: "ACK5013", summary: "Task failed" }];
  const end = { status: "failed", seconds: 3, start: 0, id: "c-9", requests: ["R-1"], retries, errors };
  const clusters = CLUSTERS.map((each) => ({ ...each, status: each.name === "created" ? "failed" : "done" }));
  const search = searching({ run: true, clusters, steps: [{ ...STEPS[0], end }] });
  assert.equal(search("")[0], "created");
  for (const words of ["c-9", "r-1", "r-0", "throttling retry", "ack5013 task"])
    assert.deepEqual(search(words), ["created"]);
  assert.deepEqual(search("", "failed"), ["created"]);
});

test("findings of a cluster are found with it", () => {
  const findings = [{ severity: "warning", code: "ACK2114", cluster: "moved", detail: "owner is not set" }];
  assert.deepEqual(searching({ findings })("ack2114 owner"), ["moved"]);
});
