import { describe, expect, test } from "vitest";
import { createGuards, isLocalHost } from "../../src/server/guards";

const headers = (given: Record<string, string>) => (name: string) => given[name];

describe("a Host header", () => {
  test.each([
    "localhost",
    "LOCALHOST:5000",
    "127.0.0.1:1",
    "[::1]:80",
    "0.0.0.0",
    "10.1.2.3",
    "192.168.0.1:9",
    "172.16.0.1",
    "172.31.255.1",
    "[fd00::1]:5000",
  ])("%s is local", (host) => expect(isLocalHost(host)).toBe(true));
  test.each([
    "",
    "evil.example",
    "localhost.evil.example",
    "10.evil.example",
    "10.1.2.3.evil.example",
    "172.32.0.1",
    "8.8.8.8",
    "192.168.evil.example",
    "[2001:db8::1]",
  ])("%s is not", (host) => expect(isLocalHost(host)).toBe(false));
  test("may be allowed by name or by wildcard", () => {
    const guards = createGuards({ allowedHosts: ["registry.lab", "*.lab.example"] });
    const answer = (host: string) => guards.check("GET", "/api/2.0/mlflow/runs/get", headers({ host }))?.status;
    expect(answer("registry.lab")).toBeUndefined();
    expect(answer("a.lab.example")).toBeUndefined();
    expect(answer("registryxlab")).toBe(403);
    expect(answer("evil.example")).toBe(403);
  });
});

describe("an Origin", () => {
  const host = "localhost:5000";
  test("that is foreign may not write, and one that is local or allowed may", () => {
    const guards = createGuards({ corsAllowedOrigins: ["https://ui.lab"] });
    const answer = (origin: string, method = "POST") =>
      guards.check(method, "/api/2.0/mlflow/runs/create", headers({ host, origin }))?.status;
    expect(answer("https://evil.example")).toBe(403);
    expect(answer("null")).toBe(403);
    expect(answer("http://localhost.evil.example")).toBe(403);
    expect(answer("http://localhost:3000")).toBeUndefined();
    expect(answer("https://ui.lab")).toBeUndefined();
    expect(answer("https://evil.example", "GET")).toBeUndefined();
  });
  test("is echoed only where it may call", () => {
    const guards = createGuards({});
    expect(guards.headers(headers({ origin: "http://127.0.0.1:8080" }))).toMatchObject({
      "access-control-allow-origin": "http://127.0.0.1:8080",
    });
    expect(guards.headers(headers({ origin: "https://evil.example" }))).not.toHaveProperty(
      "access-control-allow-origin",
    );
    const preflight = guards.check(
      "OPTIONS",
      "/api/2.0/mlflow/runs/create",
      headers({ host, origin: "http://localhost:1" }),
    );
    expect(preflight).toMatchObject({
      status: 204,
      headers: { "access-control-allow-methods": expect.stringContaining("POST") as string },
    });
    expect(guards.check("OPTIONS", "/x", headers({ host, origin: "https://evil.example" }))?.headers).toEqual({});
  });
});
