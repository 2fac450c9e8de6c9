import fc from "fast-check";
import { expect, test } from "vitest";
import { featureRowsOf } from "../src/feature-bytes";
import { parseJson, parsePredictBatch } from "../src/schemas";

const N = 3;
/** What the way over JSON.parse gives; undefined where it refuses. */
function overJson(text: string): number[] | undefined {
  try {
    return [...parsePredictBatch(parseJson(text), { nFeatures: N }).data];
  } catch {
    return undefined;
  }
}
const overBytes = (text: string): number[] | undefined => {
  const rows = featureRowsOf(Buffer.from(text), N);
  return rows === undefined ? undefined : [...rows.data];
};

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,30})?([eE][+-]?\d{1,3})?$/);
const number = fc.oneof(
  finite.map((value) => JSON.stringify(value)),
  fc.integer().map(String),
  fc.integer({ min: -999_999, max: 999_999 }).map((value) => (value / 1000).toFixed(3)),
  digits,
);
const space = fc.constantFrom("", "", "", " ", "\n", "\t\r ");
const plain = fc
  .record({
    rows: fc.array(fc.array(number, { minLength: N, maxLength: N }), { minLength: 1, maxLength: 8 }),
    spaces: fc.infiniteStream(space),
  })
  .map(({ rows, spaces }) => {
    const s = () => spaces.next().value as string;
    const list = (items: string[]) => `[${s()}${items.join(`${s()},${s()}`)}${s()}]`;
    return `${s()}{${s()}"features"${s()}:${s()}${list(rows.map(list))}${s()}}${s()}`;
  });

test("plain bodies give what JSON.parse gives, to the last bit", () => {
  fc.assert(
    fc.property(plain, (text) => {
      expect(overBytes(text)).toEqual(overJson(text));
    }),
    { numRuns: 2000 },
  );
});

test("a body that is damaged anywhere is left to JSON.parse, or gives what it gives", () => {
  const damage = fc.constantFrom(
    "",
    " ",
    "0",
    "1",
    "-",
    "+",
    ".",
    "e",
    "E",
    ",",
    "[",
    "]",
    "{",
    "}",
    '"',
    "null",
    "NaN",
    "é",
    "\u0000",
    "\ufeff",
    "\u00a0",
  );
  fc.assert(
    fc.property(plain, fc.nat(), fc.nat(3), damage, (text, where, cut, insert) => {
      const at = where % (text.length + 1);
      const damaged = text.slice(0, at) + insert + text.slice(at + cut);
      expect([undefined, overJson(damaged)]).toContainEqual(overBytes(damaged));
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ["0.1", 0.1],
  ["-0", -0],
  ["-0.0", -0],
  ["9007199254740993", 2 ** 53],
  ["9007199254740993.5", 2 ** 53 + 2],
  ["123456789012345678901234567890", Number("123456789012345678901234567890")],
  ["0.00000000000000000000001", 1e-23],
  ["1.7976931348623157e308", 1.7976931348623157e308],
  ["5e-324", 5e-324],
  ["2.2250738585072011e-308", Number("2.2250738585072011e-308")],
])("reads %s as the nearest double", (text, value) => {
  expect(overBytes(`{"features":[[${text},0,0]]}`)?.[0]).toBe(value);
});

test.each([
  '{"features":[]}',
  '{"features":[[]]}',
  '{"features":[[1,2]]}',
  '{"features":[[1,2,3,4]]}',
  '{"features":[[1,2,1e999]]}',
  '{"features":[[01,2,3]]}',
  '{"features":[[1.,2,3]]}',
  '{"features":[[.5,2,3]]}',
  '{"features":[[+1,2,3]]}',
  '{"features":[[1,2,3],]}',
  '{"features":[[1,2,3]]}}',
  '{"features":[[1,2,3]]',
  '{"features":[[1,2,"3"]]}',
  '{"more":1,"features":[[1,2,3]]}',
  '{"features":[[1,2,3]],"more":1}',
  "",
])("leaves %s to the other way", (text) => {
  expect(overBytes(text)).toBeUndefined();
});
