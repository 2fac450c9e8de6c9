import { randomUUID } from "node:crypto";

const SANE = /^[\w.:/+=@-]{1,128}$/;

/** The caller's x-request-id where it can stand in a header and a log line as it is, else a new one. */
export function requestId(given: string | readonly string[] | undefined): string {
  return typeof given === "string" && SANE.test(given) ? given : randomUUID();
}
