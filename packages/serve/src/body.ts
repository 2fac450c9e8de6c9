import type { IncomingMessage } from "node:http";
import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { blockBytes, SMALL_BYTES } from "./large";
import { BodyError, BodyTooLargeError, OverloadedError } from "./errors";

/** The caller went away before the body was whole: there is nobody to answer. */
export class CallerGoneError extends Error {
  override readonly name = "CallerGoneError";
}

/** The memory that bodies in flight may take together. */
export class ByteBudget {
  #held = 0;
  constructor(readonly limitBytes: number) {}

  /** @throws {OverloadedError} when the budget is used up; nothing is held then. */
  take(bytes: number): void {
    if (this.#held + bytes > this.limitBytes) throw new OverloadedError(this.limitBytes);
    this.#held += bytes;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }

  get heldBytes(): number {
    return this.#held;
  }
}

/** A body, and what gives its bytes back to the budget: call it when the answer is made. */
export interface Body {
  readonly bytes: Buffer;
  readonly release: () => void;
}

/** Pieces of a body: a list of them while they are few, one block that they are copied into when they are many. */
class Chunks {
  #list: Buffer[] = [];
  #block: Buffer | undefined;
  #length = 0;
  constructor(readonly limitBytes: number) {}

  add(chunk: Buffer): void {
    const at = this.#length;
    this.#length += chunk.length;
    if (this.#block !== undefined) void chunk.copy(this.#block, at);
    else this.#list.push(chunk);
    if (this.#block === undefined && this.#length > SMALL_BYTES) {
      this.#block = Buffer.allocUnsafeSlow(blockBytes(this.limitBytes));
      let from = 0;
      for (const piece of this.#list.splice(0)) from += piece.copy(this.#block, from);
    }
  }

  whole(): Buffer {
    if (this.#block !== undefined) return this.#block.subarray(0, this.#length);
    return this.#list.length === 1 ? this.#list[0]! : Buffer.concat(this.#list, this.#length);
  }
}

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * Reads a request's body, decompressed, counting while it comes: what is too large is refused before it is held.
 * The rest of a refused body is read and thrown away, so that the caller gets to read the answer.
 * @throws {BodyTooLargeError} {OverloadedError} {BodyError} for an encoding that is unknown or broken.
 * @throws {CallerGoneError}
 */
export function readBody(req: IncomingMessage, limitBytes: number, budget: ByteBudget): Promise<Body> {
  const declared = Number(req.headers["content-length"] ?? 0);
  if (declared > limitBytes) return Promise.reject(new BodyTooLargeError(limitBytes));
  const encoding = (req.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  let decoder: Transform | undefined;
  if (encoding !== "identity" && encoding !== "") {
    const make = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
    if (make === undefined)
      return Promise.reject(
        new BodyError(
          `content-encoding: expected gzip, deflate, br or none, got ${JSON.stringify(encoding.slice(0, 40))}`,
        ),
      );
    decoder = make();
  }
  return collect(req, decoder, encoding, limitBytes, budget);
}

function collect(
  req: IncomingMessage,
  decoder: Transform | undefined,
  encoding: string,
  limitBytes: number,
  budget: ByteBudget,
): Promise<Body> {
  return new Promise((resolve, reject) => {
    const chunks = new Chunks(limitBytes);
    let held = 0;
    const release = () => {
      budget.give(held);
      held = 0;
    };
    const refuse = (error: Error) => {
      settle();
      release();
      if (decoder !== undefined) {
        req.unpipe(decoder);
        decoder.destroy();
      }
      if (!req.destroyed) req.resume(); // read on and throw away; the server's requestTimeout ends it
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      if (held + chunk.length > limitBytes) return refuse(new BodyTooLargeError(limitBytes));
      try {
        budget.take(chunk.length);
      } catch (error) {
        return refuse(error as OverloadedError);
      }
      held += chunk.length;
      chunks.add(chunk);
    };
    const onEnd = () => {
      settle();
      resolve({ bytes: chunks.whole(), release });
    };
    const onGone = () => {
      if (!req.complete) refuse(new CallerGoneError("the caller closed the connection before the body was whole"));
    };
    const onBroken = (error: Error) =>
      refuse(new BodyError(`body: expected ${encoding}, got bytes that are not (${error.message})`));
    const from = decoder ?? req;
    const settle = () => {
      from.off("data", onData).off("end", onEnd);
      req.off("close", onGone).off("error", onGone);
      decoder?.off("error", onBroken).on("error", () => {}); // a destroyed decoder may still complain
    };
    from.on("data", onData).on("end", onEnd);
    req.on("close", onGone).on("error", onGone);
    if (decoder !== undefined) {
      decoder.on("error", onBroken);
      req.pipe(decoder);
    }
  });
}
