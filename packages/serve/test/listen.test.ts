import { connect } from "node:net";
import { expect, test } from "vitest";
import { startServer } from "../src/express";
import { serverOptions } from "../src/listen";
import { constantPredictor, post, send } from "./fakes";

test("a caller that dribbles is gone within 35 s, an idle one is kept for longer than nginx keeps it", () => {
  const { headersTimeout, requestTimeout, connectionsCheckingInterval, keepAliveTimeout } = serverOptions;
  expect(headersTimeout! + connectionsCheckingInterval!).toBeLessThan(35_000);
  expect(requestTimeout! + connectionsCheckingInterval!).toBeLessThan(35_000);
  expect(keepAliveTimeout).toBeGreaterThan(60_000);
});

test("startServer serves on an address of its own and ends in order", async () => {
  const server = await startServer({ champion: constantPredictor(0.5), port: 0 });
  await server.router.firstTry;
  expect((await post(`${server.url}/predict/`, { features: [1, 2, 3] })).status).toBe(200);
  const silent = connect(server.port, "127.0.0.1");
  await new Promise((resolve) => silent.once("connect", resolve));
  silent.on("error", () => {});
  await server.close({ graceMillis: 0 }); // would wait for the silent connection if nobody cut it
  await expect(send(`${server.url}/health`)).rejects.toThrow("ECONNREFUSED");
});

test("a port in use is a ListenError with host and port", async () => {
  const first = await startServer({ champion: constantPredictor(0.5), port: 0 });
  await expect(startServer({ champion: constantPredictor(0.5), port: first.port })).rejects.toMatchObject({
    code: "ERR_SERVE_LISTEN",
    host: "127.0.0.1",
    port: first.port,
    reason: "EADDRINUSE",
  });
  await first.close({ graceMillis: 0 });
});
