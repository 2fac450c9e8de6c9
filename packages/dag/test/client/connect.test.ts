import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect, findStandalone } from "../../src/client/connect";
import { openOffline } from "../../src/server/offline";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "p300-home-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const file = (text: string) => writeFileSync(join(home, "standalone.json"), text);

test("a standalone is found by its file while it listens, and no longer than that", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  file(JSON.stringify({ url, pid: process.pid }));
  expect(await findStandalone(home)).toEqual({ url, pid: process.pid });
  expect((await connect({ home })).url).toBe(url);
  await new Promise((resolve) => server.close(resolve));
  // As after kill -9: the file is there, and its process id may be anybody's.
  expect(await findStandalone(home)).toBeNull();
  await expect(connect({ home })).rejects.toMatchObject({
    code: "ERR_DAG_CLIENT",
    message: expect.stringContaining("p300-dag standalone --home"),
  });
});

test.each(["", "{", "{}", "null", '{"url":5}', '{"url":"nonsense"}'])("a file that says %j is none", async (text) => {
  file(text);
  expect(await findStandalone(home)).toBeNull();
});

test("a home without a database is said to be one, and nothing is made in it", async () => {
  await expect(openOffline(home)).rejects.toThrow(/holds no database yet/);
  expect(await findStandalone(home)).toBeNull();
});
