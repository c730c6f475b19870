// When a request is taken for dead: the clock is the test's own.
import assert from "node:assert/strict";
import { beforeEach, test, type TestContext } from "node:test";
import { watch, type Watch } from "../src/s3/watch.ts";

const MiB = 2 ** 20;
const minute = 60_000;
const patience = { stallTimeout: minute, minSpeed: 8_000 };

/** A page whose requests a service worker has, or has not. */
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

/** A request under watch, and whether it was given up. */
function watched(size: number): Watch & { isDead: boolean } {
  const request = { isDead: false } as Watch & { isDead: boolean };
  return Object.assign(request, watch(size, patience, () => (request.isDead = true)));
}

test("no byte goes: dead after stallTimeout, where the page would see one", (t) => {
  setPage(t, null);
  const request = watched(16 * MiB);
  pass(t, minute - 1);
  assert.equal(request.isDead, false);
  pass(t, 1);
  assert.equal(request.isDead, true);
});

test("bytes go, then none: dead after stallTimeout", (t) => {
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

test("a service worker has the request: 16 MiB may be silent as long as they take at minSpeed, and not for ever", (t) => {
  setPage(t, {});
  const request = watched(16 * MiB);
  pass(t, 2_000_000);
  assert.equal(request.isDead, false);
  pass(t, 16 * MiB / 8 + minute - 2_000_000);
  assert.equal(request.isDead, true);
});

test("all bytes are gone: a proxy may have them, and sends them on at its own pace", (t) => {
  setPage(t, null);
  const request = watched(16 * MiB);
  request.sent(16 * MiB);
  pass(t, 2_000_000);
  assert.equal(request.isDead, false);
  pass(t, 16 * MiB / 8 + minute - 2_000_000);
  assert.equal(request.isDead, true);
});

test("on a line whose answers come at once, an answer that stays out is missed after about a minute", (t) => {
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

  // It has become another line, so nothing is known of it.
  const third = watched(16 * MiB);
  third.sent(16 * MiB);
  pass(t, minute + 2_000);
  assert.equal(third.isDead, false);
  third.end();
});

test("where a proxy took its time, the next one has four times that", (t) => {
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

test("what a small file took is scaled to a large one", (t) => {
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

test("S3's spaces are a sign of life, but not for ever", (t) => {
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

test("a patience that no timer can hold is no patience of none", (t) => {
  setPage(t, null);
  let isDead = false;
  watch(5, { stallTimeout: Infinity, minSpeed: 0 }, () => (isDead = true));
  pass(t, 1_000_000);
  assert.equal(isDead, false);
});
