import type { IncomingHttpHeaders } from "node:http";
import { HttpError } from "./http-error";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/** Whether only this machine can reach a server bound to `host`. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host.toLowerCase());

/** Without its port, lower case: `[::1]:8080` is `[::1]`. */
export const hostName = (header: string): string => header.replace(/:\d+$/, "").toLowerCase();

/**
 * On loopback everyone is admin, so a page in the user's browser must not get in under a name of its own that resolves to 127.0.0.1
 * (DNS rebinding): the Host header must name this machine.
 * @throws {HttpError} 403
 */
export function checkHost(header: string | undefined, allowed: ReadonlySet<string> | null): void {
  if (allowed === null) return;
  const name = hostName(header ?? "");
  if (!isLoopback(name) && !allowed.has(name))
    throw new HttpError(403, `Host ${JSON.stringify(header ?? "")} is not served here: use 127.0.0.1 or localhost`);
}

/** Refuses a change that a page of another origin asks for; browsers say so, programs send neither header.
 * @throws {HttpError} 403 */
export function checkOrigin(method: string, headers: IncomingHttpHeaders): void {
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return;
  const { origin, host } = headers;
  const crossSite = headers["sec-fetch-site"] === "cross-site";
  if (origin === undefined && !crossSite) return;
  let sameOrigin = false;
  if (origin !== undefined && URL.canParse(origin)) sameOrigin = new URL(origin).host === (host ?? "").toLowerCase();
  if (crossSite || !sameOrigin)
    throw new HttpError(403, `Origin ${JSON.stringify(origin ?? "")} may not change anything here`);
}
