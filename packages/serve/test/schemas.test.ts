import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  describe as describeValue,
  parseJson,
  parsePredict,
  parsePredictBatch,
  PredictBatchBody,
  PredictBody,
} from "../src/schemas";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
/** What JSON.parse can give that is not a finite number. */
const notFinite = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(Infinity), // what 1e999 becomes
  fc.constant(-Infinity),
  fc.array(finite, { maxLength: 3 }),
  fc.object({ maxDepth: 1 }),
);
const widthAndRow = fc
  .integer({ min: 1, max: 40 })
  .chain((width) =>
    fc.record({ width: fc.constant(width), row: fc.array(finite, { minLength: width, maxLength: width }) }),
  );

const thrownBy = (run: () => unknown): { status?: number; message: string; code?: string } => {
  try {
    run();
  } catch (error) {
    return error as { status?: number; message: string };
  }
  throw new Error("expected a refusal");
};

describe("parsePredict", () => {
  test("takes exactly as many finite numbers as the model has features, unchanged", () => {
    fc.assert(
      fc.property(widthAndRow, ({ width, row }) => {
        expect([...parsePredict({ features: row, more: "keys are let through" }, { nFeatures: width })]).toEqual(row);
      }),
    );
  });

  test("refuses another width, and names both", () => {
    fc.assert(
      fc.property(widthAndRow, fc.integer({ min: 1, max: 41 }), ({ width, row }, other) => {
        fc.pre(other !== width);
        const { status, message } = thrownBy(() => parsePredict({ features: row }, { nFeatures: other }));
        expect(status).toBe(400);
        expect(message).toContain(`expected ${other} numbers, got ${width}`);
      }),
    );
  });

  test("refuses a value that is not a finite number, and names the first one and what it is", () => {
    fc.assert(
      fc.property(widthAndRow, fc.nat(), notFinite, ({ width, row }, at, value) => {
        const index = at % width;
        const features: unknown[] = [...row];
        features[index] = value;
        const { status, message, code } = thrownBy(() => parsePredict({ features }, { nFeatures: width }));
        expect(status).toBe(400);
        expect(code).toBe("ERR_SERVE_FEATURE_VALUE");
        expect(message).toBe(`features[${index}]: expected a finite number, got ${describeValue(value)}`);
      }),
    );
  });

  test("accepts exactly what the zod schema and the width accept", () => {
    const anyFeatures = fc.oneof(
      fc.array(fc.oneof({ weight: 5, arbitrary: finite }, notFinite), { maxLength: 4 }),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(anyFeatures, (features) => {
        const parsed = PredictBody.safeParse({ features });
        const expected = parsed.success && parsed.data.features.length === 3;
        let accepted = true;
        try {
          parsePredict({ features }, { nFeatures: 3 });
        } catch {
          accepted = false;
        }
        expect(accepted).toBe(expected);
      }),
    );
  });

  test("never throws anything but a 400, whatever JSON comes", () => {
    const statusOf = (run: () => unknown): number => {
      try {
        run();
        return 200;
      } catch (error) {
        return (error as { status: number }).status;
      }
    };
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 5 }), (body, nFeatures) => {
        for (const parse of [parsePredict, parsePredictBatch])
          expect([200, 400]).toContain(statusOf(() => parse(body, { nFeatures })));
      }),
    );
  });

  test.each([
    [undefined, /body: expected a JSON object .* got nothing/],
    [null, /got null/],
    [[1, 2], /got a list of 2/],
    ["features", /got the string "features"/],
    [{}, /expected the key "features", a list of 2 numbers, got an empty object/],
    [{ instances: [] }, /got the keys "instances"/],
    [{ features: "1,2" }, /features: expected a list of 2 numbers, got the string "1,2"/],
    [{ features: { 0: 1, 1: 2, length: 2 } }, /features: expected .* got an object/],
    [{ features: [[1, 2]] }, /features\[0\]: expected a number: this route takes one row, got a list of 2/],
    [JSON.parse('{"__proto__": {"features": [1, 2]}}'), /expected the key "features"/],
  ])("says of %j what was expected and what came", (body, message) => {
    expect(thrownBy(() => parsePredict(body, { nFeatures: 2 })).message).toMatch(message);
  });
});

describe("parsePredictBatch", () => {
  const rows = fc
    .record({ width: fc.integer({ min: 1, max: 6 }), nRows: fc.integer({ min: 1, max: 6 }) })
    .chain(({ width, nRows }) =>
      fc.record({
        width: fc.constant(width),
        rows: fc.array(fc.array(finite, { minLength: width, maxLength: width }), {
          minLength: nRows,
          maxLength: nRows,
        }),
      }),
    );

  test("puts rows one after another", () => {
    fc.assert(
      fc.property(rows, ({ width, rows: features }) => {
        const { data, nRows } = parsePredictBatch({ features }, { nFeatures: width });
        expect(nRows).toBe(features.length);
        expect([...data]).toEqual(features.flat());
        expect(PredictBatchBody.safeParse({ features }).success).toBe(true);
      }),
    );
  });

  test("refuses one bad value or one row of another width, and names row and column", () => {
    fc.assert(
      fc.property(rows, fc.nat(), fc.nat(), notFinite, ({ width, rows: features }, r, c, value) => {
        const row = r % features.length;
        const column = c % width;
        const withBad = features.map((values) => [...values] as unknown[]);
        withBad[row]![column] = value;
        expect(thrownBy(() => parsePredictBatch({ features: withBad }, { nFeatures: width })).message).toContain(
          `features[${row}][${column}]: expected a finite number`,
        );
        const withLong = features.map((values) => [...values]);
        withLong[row]!.push(0);
        expect(thrownBy(() => parsePredictBatch({ features: withLong }, { nFeatures: width })).message).toContain(
          `features[${row}]: expected ${width} numbers, got ${width + 1}`,
        );
      }),
    );
  });

  test("refuses no rows, and rows that are none", () => {
    expect(thrownBy(() => parsePredictBatch({ features: [] }, { nFeatures: 2 })).message).toMatch(/at least one row/);
    expect(thrownBy(() => parsePredictBatch({ features: [1, 2] }, { nFeatures: 2 })).message).toBe(
      "features[0]: expected a row, a list of 2 numbers, got the number 1",
    );
  });
});

describe("parseJson", () => {
  test.each(["", "{", '{"features":[NaN]}', '{"features":[Infinity]}', "{'features':[1]}", "\u0000"])(
    "refuses %j",
    (text) => {
      expect(thrownBy(() => parseJson(text)).status).toBe(400);
    },
  );

  test("reads past a byte order mark", () => {
    expect(parseJson('\ufeff{"a":1}')).toEqual({ a: 1 });
  });
});
