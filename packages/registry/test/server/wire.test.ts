import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as wire from "../../src/schemas";
import { readMessage, readQuery, writeMessage } from "../../src/server/wire";

describe("a request", () => {
  test("takes either spelling of a field, in messages within it too, and drops what it does not know", () => {
    expect(readMessage(wire.CreateRunRequest, { experimentId: "1", start_time: "5", nonsense: 1 })).toMatchObject({
      experiment_id: "1",
      start_time: 5,
    });
    const inputs = {
      runId: "r",
      datasets: [{ dataset: { name: "n", digest: "d", sourceType: "local", source: "{}" } }],
    };
    expect(readMessage(wire.LogInputsRequest, inputs).datasets[0]!.dataset).toMatchObject({ source_type: "local" });
    expect(readMessage(wire.RunIdRequest, { run_uuid: "r" })).toEqual({ run_id: "r" });
  });

  test.each([
    [{ run_id: "r", runId: "r" }, "Request specifies both 'run_id' and 'runId'"],
    [{}, "Missing value for required parameter 'run_id'."],
    [{ run_id: null }, "Missing value for required parameter 'run_id'."],
    [{ run_id: "" }, "Missing value for required parameter 'run_id'."],
    [{ run_id: 5 }, "Invalid value 5 for parameter 'run_id' supplied:  Hint: Value was of type 'int'."],
    [{ run_id: 5.5 }, "Hint: Value was of type 'float'."],
    [{ run_id: true }, "Hint: Value was of type 'bool'."],
    [{ run_id: { b: 1, a: "é" } }, String.raw`Invalid value {"a":"\u00e9","b":1} for parameter`],
    [{ run_id: "a\0b" }, "NUL"],
    [[], "must be a JSON object, not list"],
    [null, "must be a JSON object, not NoneType"],
  ])("%j is refused in MLflow's words", (json, message) => {
    expect(() => readMessage(wire.RunIdRequest, json)).toThrow(message);
  });

  test("names the place of what is wrong inside it", () => {
    const metrics = [
      { key: "a", value: 1, timestamp: 1 },
      { key: "b", timestamp: 1 },
    ];
    expect(() => readMessage(wire.LogBatchRequest, { run_id: "r", metrics })).toThrow("'metrics[1].value'");
    expect(() => readMessage(wire.LogBatchRequest, { run_id: "r", tags: [{ value: "x" }] })).toThrow("'tags[0].key'");
  });

  test("takes integers as numbers or decimal text, and nothing else for one", () => {
    const read = (start_time: unknown) => readMessage(wire.CreateRunRequest, { start_time }).start_time;
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(read(value)).toBe(value);
        expect(read(String(value))).toBe(value);
      }),
    );
    for (const bad of ["", "1.5", "0x10", " 1", "1e3", 1.5, true, [], {}, "9223372036854775808"])
      expect(() => read(bad)).toThrow("start_time");
  });

  test("takes doubles by name, number and text", () => {
    const read = (value: unknown) =>
      readMessage(wire.LogMetricRequest, { run_id: "r", key: "k", timestamp: 0, value }).value;
    expect([read("NaN"), read("Infinity"), read("-Infinity"), read("1e-3"), read(0)]).toEqual([
      NaN,
      Infinity,
      -Infinity,
      0.001,
      0,
    ]);
    for (const bad of ["nan", "", "abc", "1e", "0x1", true, null]) expect(() => read(bad)).toThrow("value");
  });

  test("takes enums by name and by number, in a query as text", () => {
    expect(readMessage(wire.SearchRunsRequest, { run_view_type: 2 }).run_view_type).toBe("DELETED_ONLY");
    expect(readMessage(wire.SearchRunsRequest, { run_view_type: "ALL" }).run_view_type).toBe("ALL");
    expect(() => readMessage(wire.SearchRunsRequest, { run_view_type: 9 })).toThrow("run_view_type");
    const query = readQuery(
      wire.SearchExperimentsRequest,
      new URLSearchParams("view_type=3&max_results=7&order_by=a&order_by=b"),
    );
    expect(readMessage(wire.SearchExperimentsRequest, query)).toMatchObject({
      view_type: "ALL",
      max_results: 7,
      order_by: ["a", "b"],
    });
  });
});

describe("an answer", () => {
  test("leaves out what is absent and every empty list, and keeps false, 0 and the empty text", () => {
    const message = { a: [], b: undefined, c: { d: [], e: false, f: 0, g: "" }, h: [{ i: [] }] };
    expect(writeMessage(message)).toBe('{"c":{"e":false,"f":0,"g":""},"h":[{}]}');
  });

  test("gives an integer beyond 2^53 in digits that protobuf reads, and a metric's value as a number", () => {
    const message = { step: -(2 ** 63), timestamp: 2 ** 63, steps: [2 ** 62, 5], value: 2 ** 62 };
    expect(writeMessage(message)).toBe(
      '{"step":"-9223372036854775808","timestamp":"9223372036854775807","steps":["4611686018427387904",5],"value":4611686018427388000}',
    );
  });
});
