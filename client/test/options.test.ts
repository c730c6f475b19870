import assert from "node:assert/strict";
import { test } from "node:test";
import { partSize, Signpost, type SignpostOptions } from "../src/index.ts";

const valid = { apiUrl: "https://api.example.com/v1/", token: () => "token" };

test("one error lists every wrong option", () => {
  const wrong = { apiUrl: "api.example.com", token: "abc", connections: 0, checksum: "yes", retry: { limit: -1, maxDelay: NaN } };
  assert.throws(
    () => new Signpost(wrong as unknown as SignpostOptions),
    (error: Error) => {
      assert.ok(error instanceof TypeError);
      for (const name of ["apiUrl", "token", "connections", "checksum", "retry.limit", "retry.maxDelay"]) {
        assert.match(error.message, new RegExp(`[ ,]${name.replace(".", "\\.")}(,|$)`));
      }
      return true;
    },
  );
});

test("apiUrl must be http or https", () => {
  for (const apiUrl of ["ftp://example.com/", "javascript:alert(1)", ""]) {
    assert.throws(() => new Signpost({ ...valid, apiUrl }), /wrong options of Signpost: apiUrl/);
  }
});

test("upload() refuses anything but a File or a Blob, and a Blob without a name", () => {
  const uploads = new Signpost(valid);
  assert.throws(() => uploads.upload(new FormData() as unknown as Blob), /takes a File or a Blob/);
  assert.throws(() => uploads.upload("file.txt" as unknown as Blob), /takes a File or a Blob/);
  assert.throws(() => uploads.upload(new Blob(["x"])), /filename/);
});

test("partSize is 16 MiB, and above 156.25 GiB the fewest whole MiB for 10,000 parts", () => {
  const MiB = 2 ** 20;
  const cases: [size: number, want: number][] = [
    [1, 16 * MiB],
    [160_000 * MiB, 16 * MiB],
    [160_000 * MiB + 1, 17 * MiB],
    [170_000 * MiB, 17 * MiB],
    [170_000 * MiB + 1, 18 * MiB],
    [10_000 * 5 * 1024 * MiB, 5 * 1024 * MiB],
  ];
  for (const [size, want] of cases) assert.equal(partSize(size), want, `of ${size} bytes`);
});
