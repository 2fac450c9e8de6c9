import type * as z from "zod";
import { invalidParameter, RequestError } from "../errors";
import { json, type Answer, type Call } from "./call";
import type { Registry } from "./registry";
import { readMessage, readQuery, writeMessage } from "./wire";

/** The largest message: a dataset's profile may have 16 million characters. */
const MESSAGE_BYTES_MAX = 32 * 1024 * 1024;

/** A handler of calls out of one of messages. */
export function messageHandler<T extends z.ZodType>(
  message: T,
  handle: (request: z.output<T>, registry: Registry) => Promise<object>,
): (call: Call, registry: Registry) => Promise<Answer> {
  return async (call, registry) => {
    const given =
      call.method === "GET" || call.method === "HEAD" ? readQuery(message, call.query) : await readJson(call);
    const request = Object.keys(call.params).length > 0 && isObject(given) ? { ...given, ...call.params } : given;
    return json(writeMessage(await handle(readMessage(message, request), registry)));
  };
}

async function readJson(call: Call): Promise<unknown> {
  const body = await call.readBody(MESSAGE_BYTES_MAX);
  const type = call.header("content-type");
  if (body.length === 0 && type === undefined) return {};
  if (type?.split(";")[0]?.trim().toLowerCase() !== "application/json")
    throw new RequestError(
      "INVALID_PARAMETER_VALUE",
      `Bad Request. Content-Type must be one of ['application/json'], got ${type === undefined ? "none" : `'${type.slice(0, 100)}'`}.`,
    );
  if (body.length === 0) return {};
  const given = parse(body.toString("utf8"));
  return (typeof given === "string" ? parse(given) : given) ?? {}; // old clients encode twice
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidParameter("Bad Request. The request body is not valid JSON.");
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
