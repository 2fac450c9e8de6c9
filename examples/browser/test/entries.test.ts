// `@p300/dsp` as each kind of user loads it: Node's import, Node's require, and a page by way of a bundler. All of them must
// compute the same features of the same recording.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { build } from "vite";
import { afterAll, describe, expect, test } from "vitest";
import { chromiumPath, serveFolder } from "./page";

const root = fileURLToPath(new URL("..", import.meta.url));
const entries = fileURLToPath(new URL("entries", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "p300-entries-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** That these are MNE's is held in packages/dsp/test; here, that they are the same everywhere. */
const wanted = {
  nRows: 527,
  nFeatures: 1120,
  squares: expect.closeTo(56083845.341468036, 4) as number,
  first: [0.16232840296380857, 2.6818250131488632, 2.6933040097644447, 1.2936283446072707, -1.5415910388860485].map(
    (value) => expect.closeTo(value, 9) as number,
  ),
};

async function inNode(type: string, load: string): Promise<unknown> {
  const source = `${load}(${JSON.stringify(join(entries, type === "module" ? "features.mjs" : "features.cjs"))}); process.stdout.write(JSON.stringify(computed));`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [`--input-type=${type}`, "-e", source]);
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

test("Node, import: plain ESM", async () => {
  expect(await inNode("module", "await import")).toEqual(wanted);
});
test("Node, require: CommonJS", async () => {
  expect(await inNode("commonjs", "require")).toEqual(wanted);
});

const { path: executablePath, absent } = chromiumPath();
describe.skipIf(absent)("a page, in Chromium", () => {
  test("a bundler's ESM bundle, without anything of Node", async () => {
    const outDir = join(folder, "dist");
    const lib = { entry: join(entries, "features.mjs"), formats: ["es" as const], fileName: () => "bundle.js" };
    await build({ root, configFile: false, logLevel: "error", build: { outDir, emptyOutDir: true, lib } });
    writeFileSync(join(outDir, "index.html"), '<!doctype html><script type="module" src="bundle.js"></script>');
    const server = await serveFolder(outDir);
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const browser = await chromium.launch({ executablePath, args });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(server.url);
      const computed = await page.waitForFunction(() => (globalThis as { computed?: unknown }).computed);
      expect(errors).toEqual([]);
      expect(await computed.jsonValue()).toEqual(wanted);
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
