// The built page in a real browser, served as plain files from below some path: recordings dropped on it, reports read off it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Recording } from "@p300/dsp";
import { writeRecording } from "@p300/dsp/parquet";
import { analyseRecording } from "@p300/dsp/plots";
import { encodeBrainVision, encodeEdf } from "@p300/dsp/readers";
import { synthesize } from "@p300/dsp/synth";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, serveFolder } from "./page";

const { path: executablePath, absent } = chromiumPath();
const root = fileURLToPath(new URL("..", import.meta.url));

/** The first channels and seconds of a made-up subject. */
function excerpt(subject: number, nChannels: number, seconds: number): Recording {
  const whole = synthesize({ subject });
  const nSamples = seconds * whole.sampleRateHz;
  const data = new Float64Array(nChannels * nSamples);
  for (let channel = 0; channel < nChannels; channel++)
    data.set(whole.data.subarray(channel * whole.nSamples, channel * whole.nSamples + nSamples), channel * nSamples);
  return {
    ...whole,
    data,
    nChannels,
    nSamples,
    channelNames: whole.channelNames.slice(0, nChannels),
    stim: whole.stim.slice(0, nSamples),
  };
}

describe.skipIf(absent)("the page, in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "p300-browser-"));
  const recording = excerpt(1, 6, 40);
  const asked: string[] = [];
  /** Whatever the console shows: an error, or a load that the page's policy refused. */
  const complaints: string[] = [];
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serveFolder>>;

  beforeAll(async () => {
    await build({ root, logLevel: "error", build: { outDir: join(folder, "dist"), emptyOutDir: true } });
    server = await serveFolder(join(folder, "dist"));
    browser = await chromium.launch({
      executablePath,
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    });
    await writeRecording(join(folder, "subject.parquet"), recording);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    page.on("request", (request) => asked.push(request.url()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(server.url);
    return page;
  }
  const bytesOf = (name: string): { name: string; mimeType: string; buffer: Buffer } => ({
    name,
    mimeType: "application/octet-stream",
    buffer: readFileSync(join(folder, name)),
  });
  const stateOf = (page: Page, name: string) => page.locator("#jobs li", { hasText: name }).locator(".state");
  const shown = (page: Page) => page.frameLocator("#page");

  test("shows the report of a dropped recording, with the numbers that Node computes", async () => {
    const page = await open();
    const content = readFileSync(join(folder, "subject.parquet")).toString("base64");
    await page.evaluate((base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], "subject.parquet"));
      document
        .querySelector("#drop")!
        .dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, content);
    const { events, epochs, best, target, nonTarget } = analyseRecording(recording);
    await shown(page).locator("h1", { hasText: "subject.parquet" }).waitFor();
    expect(await stateOf(page, "subject.parquet").textContent()).toMatch(
      `${epochs!.nEpochs} of ${events.nEvents} epochs kept`,
    );
    const tiles = await shown(page).locator(".tiles").innerText();
    for (const text of [
      "512 Hz",
      `${target!.nAve} target, ${nonTarget!.nAve} non-target`,
      `${best[0]!.amplitudeMicrovolts.toFixed(1).replace("-", "−")} µV`,
      `${best[0]!.channelName}, ${(best[0]!.latencySeconds * 1000).toFixed(0)} ms`,
    ])
      expect(tiles).toContain(text);
    expect(await shown(page).locator("svg[role=img]").count()).toBe(11);
    // No sideways scrolling on a phone, of the page or of the report in it.
    for (const frame of page.frames())
      expect(await frame.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.close();
  });

  test("takes several recordings of several formats from the file picker, by the keyboard", async () => {
    writeFileSync(join(folder, "night.edf"), encodeEdf(recording));
    const vision = encodeBrainVision(recording, { name: "vision" });
    writeFileSync(join(folder, "vision.vhdr"), vision.header);
    writeFileSync(join(folder, "vision.eeg"), vision.data);
    writeFileSync(join(folder, "vision.vmrk"), vision.markers);
    const page = await open();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("files");
    const chooser = page.waitForEvent("filechooser");
    await page.keyboard.press("Space");
    await (await chooser).setFiles(["night.edf", "vision.vhdr", "vision.eeg", "vision.vmrk"].map(bytesOf));
    await stateOf(page, "vision.vhdr").getByText("epochs kept").waitFor();
    expect(await stateOf(page, "night.edf").textContent()).toMatch(/^\d+ of \d+ epochs kept/);
    expect(await page.locator("#jobs li").count()).toBe(2);
    await page
      .locator("#jobs li", { hasText: "night.edf" })
      .getByRole("button", { name: "Show report" })
      .press("Enter");
    await shown(page).locator("h1", { hasText: "night.edf" }).waitFor();
    const saved = page.waitForEvent("download");
    await page.locator("#jobs li", { hasText: "night.edf" }).getByText("Save report").click();
    expect((await saved).suggestedFilename()).toBe("night-report.html");
    await page.close();
  });

  test("asks for a rate that the file does not tell, and takes metadata.json instead", async () => {
    const lines = ["TP9,TP10,stim"];
    for (let i = 0; i < 2560; i++)
      lines.push(
        `${Math.sin(i / 7).toFixed(4)},${Math.cos(i / 5).toFixed(4)},${i % 128 === 100 ? (i % 640 === 100 ? 2 : 1) : 0}`,
      );
    writeFileSync(join(folder, "bare.csv"), `${lines.join("\n")}\n`);
    writeFileSync(join(folder, "metadata.json"), JSON.stringify({ sampling_rate_hz: 256 }));
    const page = await open();
    await page.setInputFiles("#files", bytesOf("bare.csv"));
    await page.getByLabel("Sampling rate (Hz)").fill("128");
    await page.keyboard.press("Enter");
    await shown(page).locator(".tiles", { hasText: "128 Hz" }).waitFor();
    expect(await page.locator("#jobs li").count()).toBe(1);
    await page.setInputFiles("#files", [bytesOf("bare.csv"), bytesOf("metadata.json")]);
    await shown(page).locator(".tiles", { hasText: "256 Hz" }).waitFor();
    await page.close();
  });

  test("says in words what is wrong with a damaged file, and goes on with the next", async () => {
    const whole = bytesOf("subject.parquet");
    const page = await open();
    await page.setInputFiles("#files", [
      { ...whole, name: "cut.parquet", buffer: whole.buffer.subarray(0, 5000) },
      { ...whole, name: "notes.bin", buffer: Buffer.from("no recording") },
      whole,
    ]);
    await shown(page).locator("h1", { hasText: "subject.parquet" }).waitFor();
    expect(await stateOf(page, "cut.parquet").textContent()).toMatch("cut.parquet: is a truncated Parquet file");
    expect(await stateOf(page, "notes.bin").textContent()).toMatch("of no known format");
    expect(await page.locator("#jobs .failed").count()).toBe(2);
    expect(await page.locator("#status").textContent()).toMatch(/^subject\.parquet: \d+ of \d+ epochs kept/);
    await page.close();
  });

  test("asked nobody but its own server for anything, and had nothing to complain of", () => {
    expect(complaints).toEqual([]);
    expect(asked.length).toBeGreaterThan(3);
    const foreign = asked.filter((url) => !url.startsWith(server.url) && !/^(data|blob|about):/.test(url));
    expect(foreign).toEqual([]);
  });
});
