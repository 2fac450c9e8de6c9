import { describe, expect, test } from "vitest";
import type { SpdMatrices } from "../../src/geometry/matrices";
import { meanOf } from "../../src/geometry/mean";
import { dispersionOf, ProcrustesAlignment, rotationBetween, stretch } from "../../src/geometry/procrustes";
import { Recentring } from "../../src/geometry/recentre";
import { golden, relativeError } from "../golden";

interface Case {
  readonly name: string;
  readonly n: number;
  readonly x: number[];
  readonly y: number[];
  readonly domains: string[];
  readonly centred: number[];
  readonly euclid: number[];
  readonly scaled: number[];
  readonly dispersions: Record<string, number>;
  readonly rotated: number[];
  readonly rotation: number[];
}

const identity = (n: number) => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

describe.each(golden<Case>("transfer").cases)("$name as pyRiemann", (given) => {
  const { n, y, domains } = given;
  const setOf = (data: ArrayLike<number>): SpdMatrices => ({
    data: Float64Array.from(data),
    nMatrices: data.length / n ** 2,
    nChannels: n,
  });
  const matrices = setOf(given.x);
  const half = given.x.length / 2;
  const target = setOf(given.x.slice(half));

  test("recentred, each domain on its own mean", () => {
    const step = new Recentring();
    const centred = step.fitTransform(matrices, domains);
    expect(relativeError(centred.data, given.centred)).toBeLessThanOrEqual(1e-7);
    expect(relativeError(step.transform(target, "target").data, given.centred.slice(half))).toBeLessThanOrEqual(1e-7);
    expect(relativeError(meanOf(setOf(centred.data.slice(half))), identity(n))).toBeLessThanOrEqual(1e-8);
    const euclid = new Recentring({ metric: "euclid" }).fitTransform(matrices, domains);
    expect(relativeError(euclid.data, given.euclid)).toBeLessThanOrEqual(1e-10);
    const again = Recentring.fromJSON(JSON.parse(JSON.stringify(step)));
    expect(again.transform(target, "target")).toEqual(step.transform(target, "target"));
  });

  test("stretched to one dispersion", () => {
    const centred = setOf(given.centred.slice(half));
    const dispersion = dispersionOf(centred, identity(n));
    expect(dispersion).toBeCloseTo(given.dispersions["target"]!, 7);
    const scaled = stretch(centred, { from: dispersion });
    expect(relativeError(scaled.data, given.scaled.slice(half))).toBeLessThanOrEqual(1e-7);
    expect(dispersionOf(scaled, identity(n))).toBeCloseTo(1, 12);
    const both = new ProcrustesAlignment({ rotate: false }).fitTransform(matrices, y, domains, { target: "target" });
    expect(relativeError(both.data, given.scaled)).toBeLessThanOrEqual(1e-7);
  });

  test("turned onto the target at least as well", () => {
    const lossOf = (all: ArrayLike<number>): number => {
      const sets = [Array.from(all).slice(0, half), Array.from(all).slice(half)].map((data) => setOf(data));
      let loss = 0;
      for (const code of new Set(y)) {
        const [a, b] = sets.map(({ data }, s) => {
          const rows = y.slice((s * y.length) / 2, ((s + 1) * y.length) / 2);
          const members = rows.flatMap((label, i) => (label === code ? [i] : []));
          return meanOf(setOf(members.flatMap((m) => Array.from(data.subarray(m * n * n, (m + 1) * n * n)))));
        }) as [Float64Array, Float64Array];
        loss += a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
      }
      return loss;
    };
    const alignment = new ProcrustesAlignment();
    const turned = alignment.fitTransform(matrices, y, domains, { target: "target" });
    expect(lossOf(turned.data)).toBeLessThanOrEqual(lossOf(given.rotated) * (1 + 1e-6));
    const q = alignment.rotation("source")!;
    const gram = identity(n).map((_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return Array.from({ length: n }, (_, k) => q[i * n + k]! * q[j * n + k]!).reduce((a, b) => a + b, 0);
    });
    expect(relativeError(gram, identity(n))).toBeLessThanOrEqual(1e-10);
    expect(alignment.rotation("target")).toBeNull();
  });

  test("finds a rotation that was made", () => {
    const cos = Math.cos(1);
    const sin = Math.sin(1);
    const q = Float64Array.of(cos, -sin, 0, sin, cos, 0, 0, 0, 1);
    const source = setOf(given.x.slice(0, 2 * n * n));
    const turned = setOf(
      [0, 1].flatMap((k) => {
        const s = source.data.slice(k * 9, k * 9 + 9);
        return Array.from({ length: 9 }, (_, at) => {
          const [i, j] = [Math.floor(at / 3), at % 3];
          let sum = 0;
          for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) sum += q[i * 3 + a]! * s[a * 3 + b]! * q[j * 3 + b]!;
          return sum;
        });
      }),
    );
    for (let k = 0; k < 2; k++)
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < i; j++) turned.data[k * 9 + i * 3 + j] = turned.data[k * 9 + j * 3 + i]!;
    const found = rotationBetween(source, turned);
    const sign = Math.sign(found[8]!);
    expect(
      relativeError(
        found.map((value) => value * sign),
        q,
      ),
    ).toBeLessThanOrEqual(1e-6);
  });
});

describe("matrices that arrive", () => {
  const { n, x } = golden<Case>("transfer").cases[0]!;
  const part = (from: number, to: number): SpdMatrices => ({
    data: Float64Array.from(x.slice(from * n * n, to * n * n)),
    nMatrices: to - from,
    nChannels: n,
  });

  test("the first chunk's centre is its mean, later ones move it by their share", () => {
    const step = new Recentring();
    step.adapt(part(0, 6), "new", 0);
    expect(relativeError(step.centre("new"), meanOf(part(0, 6)))).toBeLessThanOrEqual(1e-12);
    step.adapt(part(6, 12), "new", 6);
    expect(relativeError(step.centre("new"), meanOf(part(0, 12)))).toBeLessThanOrEqual(0.05);
    const kept = step.centre("new");
    step.adapt(part(0, 3), "new", 12, 0);
    expect(relativeError(step.centre("new"), kept)).toBeLessThanOrEqual(1e-12);
  });
});
