import { expect, test } from "vitest";
import { gatewayHealth, healthOf } from "../../src/handlers/health";
import { loadedModel } from "../../src/predictor";
import { Slot } from "../../src/slot";
import { constantPredictor, refTo, servingOf } from "../fakes";

const model = (version: string) => loadedModel(constantPredictor(0.5), refTo(version), { key: version });
const call = { mountPath: "" };

test("503 and degraded without a model, whether nobody asked for one or it is not there yet", () => {
  const champion = new Slot("champion", "models:/M@champion");
  const serving = servingOf({ champion });
  expect(healthOf("champion")(call, serving)).toMatchObject({
    status: 503,
    body: {
      status: "degraded",
      model_uri_configured: "models:/M@champion",
      model_uri_actually_loaded_from_run: null,
      model_version_loaded: null,
      model_details_from_registry: null,
      problem: "models:/M@champion is still loading: try again in a second",
    },
  });
  champion.fail({ kind: "absent", message: "models:/M@champion does not exist" });
  expect(healthOf("champion")(call, serving).body).toMatchObject({ problem: "models:/M@champion does not exist" });
  expect(healthOf("challenger")(call, serving)).toMatchObject({ status: 503, body: { model_uri_configured: null } });
});

test("200 and ok with one, in the seed's order; the version alone", () => {
  const champion = new Slot("champion", "models:/M@champion");
  champion.swap(model("3"));
  const { status, body } = healthOf("champion")(call, servingOf({ champion }));
  expect(status).toBe(200);
  expect(Object.entries(body as object)).toEqual([
    ["status", "ok"],
    ["model_uri_configured", "models:/M@champion"],
    ["model_uri_actually_loaded_from_run", "runs:/run3/model"],
    ["model_version_loaded", "v3"],
    ["model_details_from_registry", { name: "P300-Classifier", version: "3" }],
  ]);
});

test("200 and degraded while an older version is served than was asked for; both are told", () => {
  const champion = new Slot("champion", "models:/M@champion");
  champion.swap(model("3"));
  champion.fail({ kind: "load-failed", message: "v4 failed to load: checksum", wanted: "v4" });
  expect(healthOf("champion")(call, servingOf({ champion }))).toMatchObject({
    status: 200,
    body: {
      status: "degraded",
      model_version_loaded: "v3",
      model_version_wanted: "v4",
      problem: "v4 failed to load: checksum",
    },
  });
  champion.settled();
  expect(healthOf("champion")(call, servingOf({ champion })).body).toMatchObject({ status: "ok" });
});

test("503 while draining, though a model is loaded", () => {
  const champion = new Slot("champion", "models:/M@champion");
  champion.swap(model("3"));
  const serving = { ...servingOf({ champion }), draining: true };
  expect(healthOf("champion")(call, serving)).toMatchObject({
    status: 503,
    body: { draining: true, model_version_loaded: "v3" },
  });
  expect(gatewayHealth(call, serving).status).toBe(503);
  expect(gatewayHealth(call, { ...serving, draining: false })).toMatchObject({ status: 200, body: "healthy\n" });
});
