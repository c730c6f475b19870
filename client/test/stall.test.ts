// When a request counts as stalled. The clock is the test's own.
import assert from "node:assert/strict";
import { beforeEach, test, type TestContext } from "node:test";
import { watch, type Watch } from "../src/s3/stall.ts";

const MiB = 2 ** 20;
const minute = 60_000;
const retry = { stallTimeout: minute, minSpeed: 8_000 };

/** A page with or without a service worker. */
function setPage(t: TestContext, worker: object | null): void {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  Object.defineProperty(globalThis, "window", { value: globalThis, configurable: true });
  Object.defineProperty(globalThis.navigator, "serviceWorker", { value: { controller: worker }, configurable: true });
}

let now = 0;
beforeEach((t) => {
  now = 1;
  (t as TestContext).mock.method(performance, "now", () => now);
});

function pass(t: TestContext, ms: number): void {
  now += ms;
  t.mock.timers.tick(ms);
}

/** A watched request, and whether it was given up. */
function watched(size: number): Watch & { isDead: boolean } {
  const request = { isDead: false } as Watch & { isDead: boolean };
  return Object.assign(request, watch(size, retry, () => (request.isDead = true)));
}

test("no byte is sent: given up after stallTimeout, without a service worker", (t) => {
  setPage(t, null);
  const request = watched(16 * MiB);
  pass(t, minute - 1);
  assert.equal(request.isDead, false);
  pass(t, 1);
  assert.equal(request.isDead, true);
});

test("bytes are sent, then none: given up after stallTimeout", (t) => {
  setPage(t, {});
  const request = watched(16 * MiB);
  for (let sent = 1; sent < 100; sent++) {
    request.sent(sent);
    pass(t, minute - 1);
  }
  assert.equal(request.isDead, false, "slow is not dead");
  pass(t, 1);
  assert.equal(request.isDead, true);
});

test("with a service worker, 16 MiB may be silent for their time at minSpeed, and no longer", (t) => {
  setPage(t, {});
  const request = watched(16 * MiB);
  pass(t, 2_000_000);
  assert.equal(request.isDead, false);
  pass(t, 16 * MiB / 8 + minute - 2_000_000);
  assert.equal(request.isDead, true);
});

test("after the last byte, 16 MiB may be silent for their time at minSpeed: a proxy may hold them", (t) => {
  setPage(t, null);
  const request = watched(16 * MiB);
  request.sent(16 * MiB);
  pass(t, 2_000_000);
  assert.equal(request.isDead, false);
  pass(t, 16 * MiB / 8 + minute - 2_000_000);
  assert.equal(request.isDead, true);
});

test("after quick answers, a missing answer is given up after about a minute", (t) => {
  setPage(t, null);
  const first = watched(16 * MiB);
  first.sent(16 * MiB);
  pass(t, 500);
  first.answered();
  first.end();
  const second = watched(16 * MiB);
  second.sent(16 * MiB);
  pass(t, minute + 2_000);
  assert.equal(second.isDead, true);

  // The connection has changed, so nothing is known about it.
  const third = watched(16 * MiB);
  third.sent(16 * MiB);
  pass(t, minute + 2_000);
  assert.equal(third.isDead, false);
  third.end();
});

test("after a slow answer, the next one may take four times as long", (t) => {
  setPage(t, null);
  const first = watched(16 * MiB);
  first.sent(16 * MiB);
  pass(t, 100_000);
  first.answered();
  first.end();
  const second = watched(16 * MiB);
  second.sent(16 * MiB);
  pass(t, 400_000 + minute - 1);
  assert.equal(second.isDead, false);
  pass(t, 1);
  assert.equal(second.isDead, true);
});

test("the silence of a small file is scaled to a large one", (t) => {
  setPage(t, {});
  const small = watched(MiB);
  pass(t, 5_000);
  small.answered();
  small.end();
  const large = watched(16 * MiB);
  pass(t, 4 * 16 * 5_000 + minute - 1);
  assert.equal(large.isDead, false);
  large.end();
});

test("S3's spaces keep a request alive, but not for ever", (t) => {
  setPage(t, null);
  const request = watched(0);
  for (let i = 0; i < 14; i++) {
    pass(t, minute - 1);
    request.receiving();
  }
  assert.equal(request.isDead, false);
  for (let i = 0; i < 3; i++) {
    pass(t, minute - 1);
    request.receiving();
  }
  assert.equal(request.isDead, true);
});

test("a stallTimeout longer than a timer can run is not skipped", (t) => {
  setPage(t, null);
  let isDead = false;
  watch(5, { stallTimeout: Infinity, minSpeed: 0 }, () => (isDead = true));
  pass(t, 1_000_000);
  assert.equal(isDead, false);
});
