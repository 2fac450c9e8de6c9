import { connect } from "node:net";
import { gzipSync, deflateSync } from "node:zlib";
import express from "express";
import { describe, expect, test } from "vitest";
import { p300, p300App, type P300Options } from "../src/express";
import { constantPredictor, FakeSource, post, send, withServer } from "./fakes";

const ROW = { features: [1, 2, 3] };

async function served<T>(options: P300Options, use: (url: string, source: FakeSource) => Promise<T>): Promise<T> {
  const source = new FakeSource("3");
  const { app, router } = p300App({ champion: source, ...options });
  await router.firstTry;
  try {
    return await withServer(app, (url) => use(url, source));
  } finally {
    await router.close();
  }
}

/** What is answered to raw bytes, up to the first line end. */
function firstLine(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on("error", reject);
    socket.once("data", (chunk: Buffer) => {
      socket.destroy();
      resolve(chunk.toString("latin1").split("\r\n")[0]!);
    });
  });
}

describe("predicting", () => {
  test("/predict/ takes one row and answers in the seed's order", () =>
    served({}, async (url) => {
      const reply = await post(`${url}/predict/`, ROW);
      expect(reply.status).toBe(200);
      expect(Object.entries(reply.json)).toEqual([
        ["model_version_loaded", "v3 (source: runs:/run3/model)"],
        ["predicted_label_code", 1],
        ["predicted_class_name", "NonTarget"],
        ["probability_target", 0.03],
      ]);
      expect(reply.headers["content-type"]).toBe("application/json");
    }));

  test("/predict, without the slash, takes rows", () =>
    served({}, async (url) => {
      const reply = await post(`${url}/predict`, {
        features: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      });
      expect(reply.status).toBe(200);
      expect(reply.json["predictions"]).toEqual([1, 1]);
      expect(reply.json["model_version_loaded"]).toBe("v3 (source: runs:/run3/model)");
      expect((await post(`${url}/predict`, ROW)).status).toBe(400);
      expect((await post(`${url}/predict/`, { features: [[1, 2, 3]] })).status).toBe(400);
    }));

  test("each slot has its route, and a challenger that is missing does not harm the champion", () =>
    served({ challenger: constantPredictor(0.9) }, async (url) => {
      expect((await post(`${url}/predict-champion/`, ROW)).json["probability_target"]).toBe(0.03);
      const challenger = await post(`${url}/predict-challenger/`, ROW);
      expect(challenger.json).toEqual({
        model_version_loaded: "v0 (source: predictor)",
        predicted_label_code: 2,
        predicted_class_name: "Target",
        probability_target: 0.9,
      });
    }).then(() =>
      served({}, async (url) => {
        const reply = await post(`${url}/predict-challenger/`, ROW);
        expect(reply.status).toBe(503);
        expect(reply.json["error"]).toContain("--challenger URI");
        expect((await post(`${url}/predict-champion/`, ROW)).status).toBe(200);
        expect((await send(`${url}/health`)).status).toBe(200);
        expect((await send(`${url}/health-challenger`)).status).toBe(503);
      }),
    ));

  test.each([
    ["a wrong width", ROW.features.slice(1), /features: expected 3 numbers, got 2/],
    ["a string", [1, "2", 3], /features\[1\]: expected a finite number, got the string "2"/],
    ["null", [1, 2, null], /features\[2\]: expected a finite number, got null/],
    ["a boolean", [true, 2, 3], /features\[0\]: expected a finite number, got true/],
    ["features too large for the model", [1e301, 2, 3], /probability is not finite/],
  ])("refuses %s with 400", (_, features, message) =>
    served({}, async (url) => {
      const reply = await post(`${url}/predict/`, { features });
      expect(reply.status).toBe(400);
      expect(reply.json["error"]).toMatch(message);
      expect(reply.json["request_id"]).toBe(reply.headers["x-request-id"]);
    }),
  );

  test.each([
    "",
    "{",
    '{"features":[NaN,1,2]}',
    "[1,2,3]",
    "null",
    '"x"',
    "{}",
    '{"features":{"0":1}}',
    '{"features":[1e999,1,2]}',
  ])("refuses the body %j with 400", (body) =>
    served({}, async (url) => {
      for (const path of ["/predict/", "/predict"]) {
        const reply = await send(url + path, { method: "POST", body });
        expect(reply.status).toBe(400);
        expect(reply.json["error"]).toMatch(/expected .* got/);
      }
    }),
  );
});

describe("bodies", () => {
  test("gzip and deflate are decompressed, whatever the content type", () =>
    served({}, async (url) => {
      const body = Buffer.from(JSON.stringify(ROW));
      for (const [encoding, bytes] of [
        ["gzip", gzipSync(body)],
        ["deflate", deflateSync(body)],
        ["identity", body],
      ] as const)
        expect(
          (await send(`${url}/predict/`, { method: "POST", headers: { "content-encoding": encoding }, body: bytes }))
            .status,
        ).toBe(200);
    }));

  test("an encoding that is unknown, broken or cut short is 400", () =>
    served({}, async (url) => {
      const whole = gzipSync(JSON.stringify(ROW));
      for (const [encoding, bytes] of [
        ["zstd", whole],
        ["gzip", Buffer.from(JSON.stringify(ROW))],
        ["gzip", whole.subarray(0, -4)],
        ["__proto__", whole],
      ] as const) {
        const reply = await send(`${url}/predict/`, {
          method: "POST",
          headers: { "content-encoding": encoding },
          body: bytes,
        });
        expect(reply.status).toBe(400);
      }
      expect((await post(`${url}/predict/`, ROW)).status).toBe(200);
    }));

  test("the limit counts what comes out of the decompressor, and the server goes on", () =>
    served({ limits: { rowBytes: 1000, batchBytes: 2000 } }, async (url) => {
      const spaces = (n: number) => Buffer.from(`${JSON.stringify(ROW)}${" ".repeat(n)}`);
      const send_ = (path: string, body: Buffer, headers: Record<string, string> = {}) =>
        send(url + path, { method: "POST", headers, body });
      expect((await send_("/predict/", spaces(900))).status).toBe(200);
      const bomb = gzipSync(spaces(50_000_000));
      for (const [path, body, headers] of [
        ["/predict/", spaces(1000), {}],
        ["/predict/", spaces(1000), { "transfer-encoding": "chunked" }],
        ["/predict/", bomb, { "content-encoding": "gzip" }],
        ["/predict", bomb, { "content-encoding": "gzip" }],
        ["/predict", spaces(3_000_000), {}],
      ] as const) {
        const reply = await send_(path, body, headers);
        expect(reply.status).toBe(413);
        expect(reply.json["error"]).toMatch(/expected at most \d+ bytes/);
      }
      expect((await post(`${url}/predict/`, ROW)).status).toBe(200);
    }));

  test("more in flight than the budget is refused with 503, and the budget is given back", () =>
    served({ limits: { inFlightBytes: 100 } }, async (url) => {
      const large = await send(`${url}/predict/`, { method: "POST", body: `${JSON.stringify(ROW)}${" ".repeat(200)}` });
      expect(large.status).toBe(503);
      for (let i = 0; i < 10; i++) expect((await post(`${url}/predict/`, ROW)).status).toBe(200);
      expect((await send(`${url}/metrics`)).text).toContain("p300_http_requests_shed_total 1");
    }));
});

describe("keys", () => {
  test("guard what predicts, before the body is read; health and metrics stay open", () =>
    served({ apiKey: "one, two" }, async (url) => {
      for (const path of ["/predict/", "/predict", "/predict-champion/", "/predict-challenger/"]) {
        // The body is announced and never sent: an answer can only come from the headers.
        expect(await firstLine(url, `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 500000\r\n\r\n`)).toContain(
          " 401 ",
        );
        for (const key of ["", "three", "one, two", "on", "onee"])
          expect((await post(url + path, ROW, { "x-api-key": key })).status).toBe(401);
      }
      for (const key of ["one", "two"])
        expect((await post(`${url}/predict/`, ROW, { "x-api-key": key })).status).toBe(200);
      for (const path of ["/health", "/health-champion", "/nginx_health", "/metrics", "/docs", "/openapi.json"])
        expect((await send(url + path)).status).toBe(200);
    }));

  test("without a configured key the header is ignored", () =>
    served({}, async (url) => {
      expect((await post(`${url}/predict/`, ROW, { "x-api-key": "any" })).status).toBe(200);
    }));

  test("no key among the configured ones is an error at start, not an open server", () => {
    expect(() => p300({ champion: constantPredictor(0.5), apiKey: " , " })).toThrow(/at least one key/);
  });
});

describe("routes", () => {
  test("404 and 405 in JSON, with the allowed methods", () =>
    served({}, async (url) => {
      expect((await send(`${url}/nothing/here`)).status).toBe(404);
      expect((await send(`${url}/health/`)).status).toBe(404);
      expect((await send(`${url}/Predict/`, { method: "POST" })).status).toBe(404);
      const get = await send(`${url}/predict/`);
      expect([get.status, get.headers["allow"]]).toEqual([405, "POST"]);
      expect(get.json["error"]).toBe("/predict/: expected POST, got GET");
      const del = await send(`${url}/health`, { method: "DELETE" });
      expect([del.status, del.headers["allow"]]).toEqual([405, "GET, HEAD"]);
      expect((await send(`${url}/health`, { method: "HEAD" })).status).toBe(200);
      expect((await send(`${url}/%zz`)).status).toBeGreaterThanOrEqual(400);
    }));

  test("a sane request id comes back, another is replaced", () =>
    served({}, async (url) => {
      const given = (id: string) =>
        post(`${url}/predict/`, ROW, { "x-request-id": id }).then((r) => r.headers["x-request-id"]);
      expect(await given("epoch-17/run:3")).toBe("epoch-17/run:3");
      expect(await given('a"b<script>')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await given("x".repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
    }));

  test("the description names each route, and the page needs nothing else", () =>
    served({}, async (url) => {
      const { paths } = (await send(`${url}/openapi.json`)).json as { paths: Record<string, unknown> };
      for (const path of ["/predict/", "/predict", "/predict-challenger/", "/health", "/metrics"])
        expect(paths).toHaveProperty([path]);
      const page = await send(`${url}/docs`);
      expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(page.text).toContain("/predict-challenger/");
      expect(page.text).not.toMatch(/src=|https?:\/\/(?!HOST)/);
    }));
});

describe("in an application of one's own", () => {
  test("at a mount path, beside other routes", async () => {
    const router = p300({ champion: new FakeSource("7") });
    await router.firstTry;
    const app = express();
    app.use("/models/p300", router);
    app.get("/mine", (_, res) => void res.send("mine"));
    await withServer(app, async (url) => {
      const reply = await post(`${url}/models/p300/predict/`, ROW);
      expect(reply.json["model_version_loaded"]).toBe("v7 (source: runs:/run7/model)");
      expect((await post(`${url}/models/p300/predict`, { features: [[1, 2, 3]] })).json["predictions"]).toEqual([1]);
      expect((await send(`${url}/mine`)).text).toBe("mine");
      expect((await send(`${url}/predict/`)).status).toBe(404);
      const { servers } = (await send(`${url}/models/p300/openapi.json`)).json;
      expect(servers).toEqual([{ url: "/models/p300" }]);
    });
    await router.close();
  });

  test("at the root it leaves other routes to the application", async () => {
    const router = p300({ champion: constantPredictor(0.5) });
    await router.firstTry;
    const app = express();
    app.use(router);
    app.get("/after", (_, res) => void res.send("after"));
    await withServer(app, async (url) => {
      expect((await send(`${url}/after`)).text).toBe("after");
    });
    await router.close();
  });

  test("after express.json, express.text or express.raw", async () => {
    const router = p300({ champion: constantPredictor(0.5) });
    await router.firstTry;
    for (const parser of [express.json(), express.text({ type: "*/*" }), express.raw({ type: "*/*" })]) {
      const app = express();
      app.use(parser, router);
      await withServer(app, async (url) => {
        expect((await post(`${url}/predict/`, ROW, { "content-type": "application/json" })).status).toBe(200);
        expect((await post(`${url}/predict/`, { features: [1] }, { "content-type": "application/json" })).status).toBe(
          400,
        );
      });
    }
    await router.close();
  });
});
