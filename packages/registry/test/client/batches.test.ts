import * as fc from "fast-check";
import { expect, test } from "vitest";
import { batches } from "../../src/client/batches";

test("batches keep everything in order, within each limit", () => {
  const size = (max: number) => fc.oneof({ weight: 3, arbitrary: fc.nat(5) }, fc.integer({ min: 0, max }));
  fc.assert(
    fc.property(size(3500), size(350), size(350), (nMetrics, nParams, nTags) => {
      const metrics = Array.from({ length: nMetrics }, (_, step) => ({ key: "m", value: step, step }));
      const params = Array.from({ length: nParams }, (_, i) => ({ key: `p${i}`, value: i }));
      const tags = Array.from({ length: nTags }, (_, i) => ({ key: `t${i}`, value: i }));
      const parts = [...batches({ metrics, params, tags }, 7)];
      for (const part of parts) {
        expect(part.metrics.length).toBeLessThanOrEqual(1000);
        expect(part.params.length).toBeLessThanOrEqual(100);
        expect(part.tags.length).toBeLessThanOrEqual(100);
        const total = part.metrics.length + part.params.length + part.tags.length;
        expect(total).toBeLessThanOrEqual(1000);
        expect(total).toBeGreaterThan(0);
      }
      expect(parts.flatMap((part) => part.metrics)).toEqual(metrics.map((metric) => ({ ...metric, timestamp: 7 })));
      expect(parts.flatMap((part) => part.params)).toEqual(
        params.map(({ key, value }) => ({ key, value: `${value}` })),
      );
      expect(parts.flatMap((part) => part.tags)).toEqual(tags.map(({ key, value }) => ({ key, value: `${value}` })));
    }),
    { numRuns: 60 },
  );
});

test("numbers that JSON cannot carry go as text, maps as entries", () => {
  expect([...batches({ metrics: { a: Number.NaN, b: -Infinity }, params: { p: true }, tags: {} }, 1)]).toEqual([
    {
      metrics: [
        { key: "a", value: "NaN", timestamp: 1, step: 0 },
        { key: "b", value: "-Infinity", timestamp: 1, step: 0 },
      ],
      params: [{ key: "p", value: "true" }],
      tags: [],
    },
  ]);
  expect([...batches({}, 1)]).toEqual([]);
});
