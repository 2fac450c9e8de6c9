import type { Refuse } from "./bytes";

/** Inflates with the platform's own DecompressionStream (Node 18, every browser since 2023).
 * The output is bounded: EEG shrinks to a half or a third, so whatever swells far beyond that is a bomb.
 * @param options.maxBytes - the most that may come out. Default 256 times the input, at least 64 MiB, at most 2 GiB. */
export async function inflate(
  bytes: Uint8Array,
  options: {
    readonly kind: "deflate" | "deflate-raw" | "gzip";
    readonly refuse: Refuse;
    readonly maxBytes?: number | undefined;
  },
): Promise<Uint8Array> {
  const { kind, refuse, maxBytes = Math.min(2 ** 31, Math.max(2 ** 26, bytes.length * 256)) } = options;
  const stream = new DecompressionStream(kind);
  const reader = (stream.readable as ReadableStream<Uint8Array>).getReader();
  const feeding = feed(stream.writable.getWriter(), bytes);
  feeding.catch(() => {}); // the reader tells it too
  const parts: Uint8Array[] = [];
  let nBytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      nBytes += value.length;
      if (nBytes > maxBytes) break;
      parts.push(value);
    }
  } catch (cause) {
    refuse("holds compressed data that is damaged or cut off: copy it again", cause);
  }
  if (nBytes > maxBytes) {
    await reader.cancel().catch(() => {});
    refuse(`holds compressed data that swells beyond ${maxBytes} bytes: it is damaged, or no recording`);
  }
  const whole = new Uint8Array(nBytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function feed(writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>, bytes: Uint8Array): Promise<void> {
  // in pieces, so that a bomb is noticed before all of it has been inflated
  for (let start = 0; start < bytes.length; start += 65_536)
    await writer.write(bytes.subarray(start, start + 65_536) as Uint8Array<ArrayBuffer>);
  await writer.close();
}
