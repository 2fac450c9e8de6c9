import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

/** Where the page of the tests lies on its server: not at the root, since a page must not depend on that. */
export const BASE = "/some/where/below/";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
};

/** A file server on a free port, of the loopback only. */
export async function serveFolder(folder: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const name = path === BASE ? "index.html" : normalize(path.slice(BASE.length));
    if (!path.startsWith(BASE) || name.startsWith("..")) {
      response.writeHead(404).end();
      return;
    }
    readFile(join(folder, name)).then(
      (content) =>
        response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Chromium, by the environment; in CI it must be there. */
export function chromiumPath(): { readonly path: string; readonly absent: boolean } {
  const path = process.env.P300_TEST_CHROMIUM ?? "";
  if (path === "" && process.env.CI)
    throw new Error("P300_TEST_CHROMIUM is not set: in CI the tests with Chromium must run");
  return { path, absent: path === "" };
}
