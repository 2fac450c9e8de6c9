import { connect } from "node:net";
import { expect, test } from "vitest";
import { startServer } from "../src/express";
import { serverOptions } from "../src/listen";
import { constantPredictor, post, send, until } from "./fakes";

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

test("what is in flight when the listener closes is finished, and its connection is not kept", async () => {
  const server = await startServer({ champion: constantPredictor(0.5), port: 0 });
  await server.router.firstTry;
  const body = JSON.stringify({ features: [1, 2, 3] });
  const socket = connect(server.port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  const cut = new Promise((resolve) => socket.once("close", resolve));
  socket.write(`POST /predict/ HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 10)}`);
  await until("it is in flight", async () =>
    /^p300_http_requests_in_flight 2$/m.test((await send(`${server.url}/metrics`)).text),
  );
  const closed = server.close({ graceMillis: 0, limitMillis: 240_000 });
  await until("the listener is closed", () =>
    send(`${server.url}/health`).then(
      () => false,
      () => true,
    ),
  );
  expect(answer).toBe("");
  socket.write(body.slice(10));
  await Promise.all([cut, closed]);
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer.toLowerCase()).toContain("\r\nconnection: close\r\n");
});

test("what is not finished within the limit is cut", async () => {
  const server = await startServer({ champion: constantPredictor(0.5), port: 0 });
  await server.router.firstTry;
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  const cut = new Promise((resolve) => socket.once("close", resolve));
  socket.write("POST /predict/ HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
  await until("it is in flight", async () =>
    /^p300_http_requests_in_flight 2$/m.test((await send(`${server.url}/metrics`)).text),
  );
  await server.close({ graceMillis: 0, limitMillis: 10 });
  await cut;
  expect(server.router.serving.draining).toBe(true);
});
