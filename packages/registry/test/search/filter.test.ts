import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestError } from "../../src/errors";
import { parseFilter, type Condition } from "../../src/search/filter";
import { EXPERIMENTS, LOGGED_MODELS, MODEL_VERSIONS, REGISTERED_MODELS, RUNS } from "../../src/search/grammar";
import { parseOrderBy } from "../../src/search/order-by";

const GRAMMARS = [RUNS, EXPERIMENTS, REGISTERED_MODELS, MODEL_VERSIONS, LOGGED_MODELS] as const;

/** Pieces of which something like a filter may come together. */
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      "metrics.",
      "params.",
      "tags.",
      "attributes.",
      "name",
      "status",
      "start_time",
      "`a b`",
      '"x"',
      "'v'",
    ),
    fc.constantFrom(
      "=",
      "!=",
      ">",
      "LIKE",
      "ilike",
      "IN",
      "NOT",
      "IS",
      "NULL",
      "AND",
      "OR",
      "(",
      ")",
      ",",
      "1",
      "-2.5e3",
    ),
    fc.constantFrom(" ", "'", "`", '"', ".", "constructor", "__proto__", "\0", "\u2028", ";", "--", "/*"),
    fc.string({ unit: "binary", maxLength: 5 }),
  ),
  { maxLength: 14 },
);

const OUTCOMES = ["read", "INVALID_PARAMETER_VALUE"];

function outcome(parse: () => unknown[]): string {
  try {
    return Array.isArray(parse()) ? "read" : "no list";
  } catch (error) {
    return error instanceof RequestError ? error.errorCode : String(error);
  }
}

describe("a filter", () => {
  test("is read, or refused with INVALID_PARAMETER_VALUE, and nothing else", () => {
    fc.assert(
      fc.property(pieces, fc.constantFrom(" ", ""), fc.constantFrom(...GRAMMARS), (parts, between, grammar) => {
        const filter = parts.join(between);
        expect(OUTCOMES).toContain(outcome(() => parseFilter(filter, grammar)));
      }),
      { numRuns: 3000 },
    );
  });

  test("gives back the key and the value that were put in, whatever their letters", () => {
    const text = fc.string({ unit: "grapheme" });
    const key = text.filter((part) => part !== "" && !part.includes("`"));
    const value = text.filter((part) => !/['\\]/.test(part));
    fc.assert(
      fc.property(key, value, fc.constantFrom("=", "!=", "LIKE", "ILIKE"), (key, value, operator) => {
        const expected: Condition[] = [{ entity: "tag", key, operator, value }];
        expect(parseFilter(`tags.\`${key}\` ${operator} '${value}'`, RUNS)).toEqual(expected);
      }),
    );
  });

  test("gives back numbers exactly", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const [condition] = parseFilter(`metrics.m >= ${value}`, RUNS);
        expect(condition!.value).toBe(Object.is(value, -0) ? Number(String(value)) : value);
      }),
    );
  });

  test("joins its conditions with AND in any case, and takes an empty text for none", () => {
    expect(
      parseFilter("metrics.a > 1 and params.b = 'x' AND name.c = 'y'".replace("name.", "tags."), RUNS),
    ).toHaveLength(3);
    expect(parseFilter("  ", RUNS)).toEqual([]);
    expect(parseFilter(undefined, RUNS)).toEqual([]);
  });

  test("knows other names of things, keys with dots, and lists", () => {
    expect(parseFilter("Created < 5", RUNS)).toEqual([
      { entity: "attribute", key: "start_time", operator: "<", value: 5 },
    ]);
    expect(parseFilter("tags.mlflow.runName = 'x'", RUNS)[0]).toMatchObject({ entity: "tag", key: "mlflow.runName" });
    expect(parseFilter("dataset.name IN ('a', \"b\",)", RUNS)[0]).toMatchObject({ operator: "IN", value: ["a", "b"] });
    expect(parseFilter("run_id not in ('a')", RUNS)[0]).toMatchObject({ operator: "NOT IN", value: ["a"] });
  });

  test.each([
    ["attributes.name = 'x'", EXPERIMENTS, "Invalid entity type 'attributes'"],
    ["constructor = 'x'", RUNS, "Invalid attribute key 'constructor'"],
    ["__proto__.x = 'x'", RUNS, "Invalid entity type '__proto__'"],
    ["metrics.a = 'x'", RUNS, "Expected numeric value type for metric"],
    ["params.a = x", RUNS, "Expected a quoted string value"],
    ["params.a = `x`", RUNS, "Expected a quoted string value"],
    ["params.a <> 'x'", RUNS, "Invalid comparator '<>'"],
    ["params.a = 'x' params.b = 'y'", RUNS, "Invalid clause(s)"],
    ["params.a = 'x' AND", RUNS, "Invalid clause(s)"],
    ["params.a = 'x", RUNS, "Invalid clause(s)"],
    ["run_id IN ()", RUNS, "expected a non-empty list"],
    ["metrics.a IS NULL", RUNS, "only supported for tags and parameters"],
  ] as const)("%s is refused and told why", (filter, grammar, message) => {
    expect(() => parseFilter(filter, grammar)).toThrow(message);
  });

  test("of very many conditions or list items is refused before it reaches the database", () => {
    const many = Array.from({ length: 201 }, () => "params.a = 'x'").join(" AND ");
    expect(() => parseFilter(many, RUNS)).toThrow("at most 200 conditions");
    const list = Array.from({ length: 10_001 }, () => "'x'").join(",");
    expect(() => parseFilter(`run_id IN (${list})`, RUNS)).toThrow(RequestError);
  });

  test("of a million characters is read in linear time", () => {
    expect(() => parseFilter(`${" ".repeat(500_000)}x${"'".repeat(500_001)}`, RUNS)).toThrow(RequestError);
  });
});

describe("order_by", () => {
  test("is read, or refused with INVALID_PARAMETER_VALUE, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 3 }), fc.constantFrom(...GRAMMARS), (clauses, grammar) => {
        const words = clauses.map((parts) => parts.join(" "));
        expect(OUTCOMES).toContain(outcome(() => parseOrderBy(words, grammar)));
      }),
    );
  });

  test("ascends unless it says otherwise", () => {
    expect(parseOrderBy(["metrics.`a b` desc", "name"], { ...RUNS, ordered: ["name"] })).toEqual([
      { entity: "metric", key: "a b", ascending: false },
      { entity: "attribute", key: "name", ascending: true },
    ]);
  });

  test.each([[["name sideways"]], [["name asc desc"]], [[""]], [["'name'"]], [["name", "name DESC"]]])(
    "%j is refused",
    (clauses) => {
      expect(() => parseOrderBy(clauses, EXPERIMENTS)).toThrow(RequestError);
    },
  );
});
