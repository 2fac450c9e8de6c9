import { PassThrough } from "node:stream";
import type { IncomingMessage } from "node:http";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { BodyTooLargeError } from "../src/errors";
import { ByteBudget, CallerGoneError, readBody } from "../src/body";

/** A request as far as a body goes. */
function request(headers: Record<string, string> = {}): IncomingMessage & PassThrough {
  return Object.assign(new PassThrough(), { headers, complete: false }) as unknown as IncomingMessage & PassThrough;
}

test("gives back what was sent, in whatever pieces, if and only if it is within the limit; the budget ends at zero", async () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.nat(600), fc.boolean(), async (chunks, limit, zipped) => {
      const whole = Buffer.concat(chunks);
      const budget = new ByteBudget(10_000);
      const req = request(zipped ? { "content-encoding": "gzip" } : {});
      const reading = readBody(req, limit, budget);
      const sent = zipped ? [gzipSync(whole)] : chunks;
      for (const chunk of sent) req.write(chunk);
      Object.assign(req, { complete: true });
      req.end();
      const outcome = await reading.then(
        ({ bytes, release }) => {
          const heldBytes = budget.heldBytes;
          release();
          release(); // twice gives back once
          return { bytes: [...bytes], heldBytes };
        },
        ({ status, limitBytes }: BodyTooLargeError) => ({ status, limitBytes }),
      );
      expect(outcome).toEqual(
        whole.length > limit ? { status: 413, limitBytes: limit } : { bytes: [...whole], heldBytes: whole.length },
      );
      expect(budget.heldBytes).toBe(0);
    }),
  );
});

test("a declared length above the limit is refused before a byte is read", async () => {
  await expect(readBody(request({ "content-length": "11" }), 10, new ByteBudget(100))).rejects.toMatchObject({
    status: 413,
  });
});

test("a caller that goes away leaves nothing held", async () => {
  const budget = new ByteBudget(100);
  const req = request();
  const reading = readBody(req, 100, budget);
  req.write("half of");
  await new Promise((resolve) => setImmediate(resolve));
  expect(budget.heldBytes).toBe(7);
  req.destroy();
  await expect(reading).rejects.toBeInstanceOf(CallerGoneError);
  expect(budget.heldBytes).toBe(0);
});

test("a bomb is refused after the limit, not after its end", async () => {
  const bomb = gzipSync(Buffer.alloc(100_000_000));
  const budget = new ByteBudget(1_000_000);
  const req = request({ "content-encoding": "gzip" });
  const reading = readBody(req, 500_000, budget);
  Object.assign(req, { complete: true });
  req.end(bomb);
  await expect(reading).rejects.toMatchObject({ status: 413 });
  expect(budget.heldBytes).toBe(0);
});
