import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatModelUri, parseModelUri } from "../src/index";

const malformed = expect.objectContaining({ code: "ERR_REGISTRY_MODEL_URI", problem: "malformed" });
const name = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
    fc.constantFrom("P300-Classifier", "100%", "a%20b", "a@b", "m 1", "ü"),
  )
  // What MLflow takes for a name, except what no URI can carry, and the name that every m-ID has.
  .filter((text) => !/[/:\0]|\p{Surrogate}/u.test(text) && text.trim() !== "" && !/^m-[0-9a-f]{32}$/.test(text));
const alias = fc.stringMatching(/^[A-Za-z][\w-]{0,10}$/);
const version = fc.integer({ min: 1, max: 1e9 }).map(String);

test("what is formatted is read back, whatever the model is called", () => {
  fc.assert(
    fc.property(name, alias, version, (model, alias, version) => {
      expect(parseModelUri(formatModelUri(model, { alias }))).toEqual({ kind: "alias", name: model, alias, path: "" });
      expect(parseModelUri(formatModelUri(model, { version }))).toEqual({
        kind: "version",
        name: model,
        version,
        path: "",
      });
      expect(parseModelUri(formatModelUri(model, {}))).toEqual({ kind: "latest", name: model, path: "" });
    }),
    { numRuns: 1000 },
  );
});

test("any text is read or refused as malformed, and no path climbs", () => {
  const piece = fc.constantFrom(
    "models:/",
    "runs:/",
    "models://",
    "/",
    "@",
    "..",
    "%2e%2e",
    "%2f",
    "\\",
    "m",
    "1",
    "latest",
    "v 1",
    "%",
    "\0",
    "file:",
  );
  const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(piece, { maxLength: 8 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(anyText, (text) => {
      let path = "";
      try {
        const parsed = parseModelUri(text);
        path = "path" in parsed ? parsed.path : "";
      } catch (error) {
        if ((error as { problem?: string }).problem !== "malformed") throw error;
      }
      expect(path.split(/[/\\]/)).not.toContain("..");
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["models:/P300@champion", { kind: "alias", name: "P300", alias: "champion", path: "" }],
  ["models:/a@b@champion", { kind: "alias", name: "a@b", alias: "champion", path: "" }],
  ["models:/P300@champion/sub/file", { kind: "alias", name: "P300", alias: "champion", path: "sub/file" }],
  ["models:/P300/3", { kind: "version", name: "P300", version: "3", path: "" }],
  ["models:/P300/03/", { kind: "version", name: "P300", version: "3", path: "" }],
  ["models:/P300/production", { kind: "stage", name: "P300", stage: "Production", path: "" }],
  ["models:/P300/Latest", { kind: "latest", name: "P300", path: "" }],
  ["models:/P%20300/1", { kind: "version", name: "P 300", version: "1", path: "" }],
  ["models:/100%/1", { kind: "version", name: "100%", version: "1", path: "" }],
  [`models:/m-${"0a".repeat(16)}`, { kind: "logged-model", modelId: `m-${"0a".repeat(16)}`, path: "" }],
  ["runs:/abc/model/a", { kind: "run", runId: "abc", path: "model/a" }],
  ["mlflow-artifacts:/1/x", { kind: "artifacts", uri: "mlflow-artifacts:/1/x" }],
  ["s3://bucket/x", { kind: "artifacts", uri: "s3://bucket/x" }],
])("%s", (uri, parsed) => expect(parseModelUri(uri)).toEqual(parsed));

test.each([
  "",
  "P300",
  "models:P300/1",
  "models://host/1",
  "models:/",
  "models:/P300",
  "models:/@a",
  "models:/P300@",
  "models:/P300/beta",
  "models:/P300/1/../../x",
  "runs:/abc",
  "runs:/",
  "runs:/a/%2e%2e/b",
  "gs://x/y",
])("%j is malformed, and is told the forms", (uri) => {
  expect(() => parseModelUri(uri)).toThrow(malformed);
  expect(() => parseModelUri(uri)).toThrow(/models:\/NAME@ALIAS/);
});
