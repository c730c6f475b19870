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

test("partSize makes parts of 5 to 16 MiB for six connections, and larger ones for 10,000 parts", () => {
  const KiB = 2 ** 10;
  const MiB = 2 ** 20;
  const cases: [size: number, want: number][] = [
    [0, 5 * MiB],
    [16 * MiB + 1, 5 * MiB],
    [30 * MiB + 1, 5 * MiB + 64 * KiB],
    [64 * MiB, 171 * 64 * KiB],
    [96 * MiB, 16 * MiB],
    [96 * MiB + 1, 129 * 64 * KiB],
    [300 * MiB, 12.5 * MiB],
    [160_000 * MiB, 16 * MiB],
    [160_000 * MiB + 1, 16 * MiB + 64 * KiB],
    [10_000 * 5 * 1024 * MiB - 640_000 * KiB, 5 * 1024 * MiB - 64 * KiB],
    [10_000 * 5 * 1024 * MiB, 5 * 1024 * MiB],
  ];
  for (const [size, want] of cases) assert.equal(partSize(size), want, `of ${size} bytes`);
});
