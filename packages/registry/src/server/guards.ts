/**
 * What stands between a web page on some other site and a server on the reader's own machine: a page's requests carry the
 * page's Origin, and, after its name was bound again to this machine's address, its Host.
 */
import { isIPv4 } from "node:net";
import { text, type Answer } from "./call";

export interface GuardOptions {
  /** Host headers to accept beside local ones; `*` matches any characters. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins that may write, beside local ones; `*` matches any characters. */
  readonly corsAllowedOrigins?: readonly string[] | undefined;
}

type Headers = (name: string) => string | undefined;

export interface Guards {
  /** The refusal of a request, or the answer to a preflight; `undefined` lets it pass. */
  check(method: string, path: string, header: Headers): Answer | undefined;
  /** What every answer bears. */
  headers(header: Headers): Record<string, string>;
}

const OPEN_PATHS = new Set(["/health", "/version"]);
const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]", "0.0.0.0"]);
const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const PREFLIGHT_METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS";

export function createGuards({ allowedHosts = [], corsAllowedOrigins = [] }: GuardOptions): Guards {
  const hosts = allowedHosts.map(wildcard);
  const origins = corsAllowedOrigins.map(wildcard);
  const mayCall = (origin: string): boolean => isLocalOrigin(origin) || origins.some((pattern) => pattern.test(origin));
  const headers = (header: Headers): Record<string, string> => {
    const origin = header("origin");
    const common = { "x-content-type-options": "nosniff", "x-frame-options": "SAMEORIGIN" };
    return origin !== undefined && mayCall(origin)
      ? { ...common, "access-control-allow-origin": origin, "access-control-allow-credentials": "true", vary: "Origin" }
      : common;
  };
  return {
    headers,
    check(method, path, header) {
      const host = header("host") ?? "";
      if (!OPEN_PATHS.has(path) && !isLocalHost(host) && !hosts.some((pattern) => pattern.test(host)))
        return text("Invalid Host header - possible DNS rebinding attack detected", 403);
      const origin = header("origin");
      if (method === "OPTIONS")
        return {
          status: 204,
          headers:
            origin !== undefined && mayCall(origin)
              ? {
                  "access-control-allow-methods": PREFLIGHT_METHODS,
                  "access-control-allow-headers": header("access-control-request-headers") ?? "*",
                  "access-control-max-age": "600",
                }
              : {},
        };
      const isApi = path.startsWith("/api/") || path.startsWith("/ajax-api/");
      if (isApi && WRITES.has(method) && origin !== undefined && !mayCall(origin))
        return text("Cross-origin request blocked", 403);
      return undefined;
    },
  };
}

/** This machine, or an address that the internet does not route. A name that only looks like one is not. */
export function isLocalHost(host: string): boolean {
  const bare = host.toLowerCase().replace(/:\d*$/, "");
  if (LOCAL_HOSTS.has(bare)) return true;
  if (/^\[f[cd][\da-f]{2}:[\da-f:]*\]$/.test(bare)) return true;
  return isIPv4(bare) && /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(bare);
}

function isLocalOrigin(origin: string): boolean {
  try {
    return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(origin).hostname);
  } catch {
    return false; // "null", which a sandboxed page sends, among others
  }
}

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .trim()
      .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")}$`,
    "i",
  );
