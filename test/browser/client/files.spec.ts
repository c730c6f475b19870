// Stored files, with a real browser against the local run: what only a browser, the bucket's CORS
// rules and an S3 that checks signatures can show.
import { expect } from "@playwright/test";
import type { ListOptions } from "signpost-client/files";
import type { ClientPage } from "./client_page";
import { makeFile, test } from "./client_fixtures";

/** The user's files in the order of the list. */
function list({ page }: ClientPage, options: ListOptions = {}) {
  return page.evaluate(async (given) => {
    const listed = [];
    for await (const file of window.files.list(given)) listed.push(file);
    return listed;
  }, options);
}

/** What an error says to a page. */
function failure({ page }: ClientPage, keys: string[]) {
  return page.evaluate(async (given) => {
    const error: any = await window.files.remove(given).catch((error) => error);
    return { name: error.name, removed: error.removed, codes: error.failed?.map(({ error }: any) => error.code) };
  }, keys);
}

test("files are listed, named, linked and deleted by their user, and by no other", async ({ run, folder, page, context, openClient }) => {
  const client = await openClient(run);
  const before = (await list(client)).map(({ key }) => key);
  if (before[0]) await page.evaluate((keys) => window.files.remove(keys), before);
  const names = ["holiday in Köln (1).png", "empty.txt", "75% 🐈.pdf"];
  const made = [];
  for (const [i, name] of names.entries()) made.push(await makeFile(folder, name, i === 1 ? 0 : 1000 + i));
  const keys: string[] = [];
  for (const [i, file] of made.entries()) {
    await client.upload(file); // one after the other, so that their order is known
    keys.push((await client.expectStored(i, file)).key);
  }

  const listed = await list(client, { pageSize: 1 });
  expect(listed.map(({ key }) => key)).toEqual(keys);
  expect(listed.map(({ size }) => size)).toEqual(made.map(({ size }) => size));
  for (const { key, kind, name, etag, lastModified } of listed) {
    expect(key.endsWith(`/${name}`)).toBe(true);
    expect(kind).toBeNull();
    expect(etag).toMatch(/^"[^"&]+"$/);
    expect(lastModified.getTime()).toBeGreaterThan(Date.now() - 600_000);
  }
  expect((await list(client, { after: keys[0]! })).map(({ key }) => key)).toEqual(keys.slice(1));

  expect(await page.evaluate((all) => Promise.all(all.map((key) => window.files.name(key))), keys)).toEqual(names);
  const isShown = await page.evaluate(async (key) => {
    const { url } = await window.files.url(key, { disposition: "inline" });
    return (await fetch(url)).headers.get("Content-Disposition");
  }, keys[0]!);
  expect(isShown).toMatch(/^inline/);

  const other = await openClient(run, { user: "second", page: await context.newPage() });
  const others = (await list(other)).map(({ key }) => key);
  expect(others.filter((key) => keys.includes(key))).toEqual([]);
  expect(await failure(other, [keys[0]!])).toEqual({ name: "RemovalError", removed: [], codes: ["Forbidden"] });

  await page.evaluate((some) => window.files.remove(some), [keys[0]!, keys[2]!]);
  expect((await list(client)).map(({ key }) => key)).toEqual([keys[1]]);
  await page.evaluate((all) => window.files.remove(all), keys); // those that are gone count as deleted
  expect(await list(client)).toEqual([]);
});
