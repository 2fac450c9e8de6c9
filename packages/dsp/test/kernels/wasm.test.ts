import { readFileSync } from "node:fs";
import { afterAll, expect, test, vi } from "vitest";
import { claimWorkbench, hasKernels, layOut } from "../../src/kernels/wasm";
import { compile, MODULES } from "../../wasm/build.mjs";

afterAll(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test.each(MODULES)("the committed $target is what its source gives", { timeout: 60_000 }, async (module) => {
  const committed = readFileSync(new URL(`../../src/kernels/${module.target}`, import.meta.url), "utf8");
  expect(await compile(module)).toBe(committed);
});

test("there are kernels here", () => {
  expect(hasKernels()).toBe(true);
});

test("memory is fresh for whoever did not use it last", () => {
  const [a, b] = [{}, {}];
  expect(claimWorkbench(a, 1000)?.fresh).toBe(true);
  expect(claimWorkbench(a, 1000)?.fresh).toBe(false);
  expect(claimWorkbench(b, 1000)?.fresh).toBe(true);
  expect(claimWorkbench(a, 1000)?.fresh).toBe(true);
});

test("what a large job took is given back when a small one comes", () => {
  const large = claimWorkbench({}, 80_000_000)!;
  expect(large.u8.length).toBeGreaterThanOrEqual(80_000_000);
  large.f64[20] = 7;
  const small = claimWorkbench({}, 1000)!;
  expect(small.u8.length).toBeLessThan(1_000_000);
  expect(small.fresh).toBe(true);
});

test("memory grows, and keeps what its owner wrote", () => {
  const owner = {};
  claimWorkbench(owner, 1000)!.f64[20] = 7;
  const grown = claimWorkbench(owner, 5_000_000)!;
  expect(grown.u8.length).toBeGreaterThanOrEqual(5_000_000);
  expect(grown.f64[20]).toBe(7);
});

test("a job beyond any memory is refused, not tried", () => {
  expect(claimWorkbench({}, 2e9)).toBeUndefined();
});

test("stretches of memory do not touch", () => {
  expect(layOut({ a: 1, b: 64, c: 65, d: 0 })).toEqual({ a: 64, b: 128, c: 192, d: 320, end: 320 });
});

const refuse = (why: string) =>
  function () {
    throw new EvalError(why);
  };

const refusals: readonly [string, unknown][] = [
  ["no WebAssembly", undefined],
  ["a content security policy", { Module: refuse("refused to compile") }],
  ["no memory", { Module: function () {}, Memory: refuse("could not allocate memory") }],
];

test.each(refusals)("with %s there are none, and no error", async (_, stub) => {
  vi.stubGlobal("WebAssembly", stub);
  vi.resetModules();
  const { claimWorkbench: claim } = await import("../../src/kernels/wasm");
  expect(claim({}, 1000)).toBeUndefined();
});
