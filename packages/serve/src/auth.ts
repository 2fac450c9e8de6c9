import { createHash, timingSafeEqual } from "node:crypto";
import { ApiKeyError, OptionError } from "./errors";

/** API keys, kept as hashes: all are 32 bytes, so comparing takes the same time for any key that is sent. */
export class KeyRing {
  readonly #hashes: readonly Buffer[];

  /** @throws {OptionError} as `checkKeys`. */
  constructor(keys: readonly string[]) {
    this.#hashes = checkKeys(keys).map(hash);
  }

  /** @throws {ApiKeyError} when the header's value is absent or no known key. */
  check(given: string | readonly string[] | undefined): void {
    if (typeof given !== "string" || given === "") throw new ApiKeyError(given !== undefined && given !== "");
    const givenHash = hash(given);
    let known = false;
    // No early end: the time must not tell which key was right.
    for (const one of this.#hashes) known = timingSafeEqual(one, givenHash) || known;
    if (!known) throw new ApiKeyError(true);
  }
}

/**
 * The keys that are not empty.
 * @throws {OptionError} when there is none, which would leave open what was meant to be guarded.
 */
export function checkKeys(keys: readonly string[]): string[] {
  const trimmed = keys.map((key) => key.trim()).filter((key) => key !== "");
  if (trimmed.length === 0) throw new OptionError("API key: expected at least one key that is not empty, got none");
  return trimmed;
}

const hash = (key: string): Buffer => createHash("sha256").update(key, "utf8").digest();

/** Several keys in one text, separated by commas. */
export const splitKeys = (text: string): string[] => text.split(",");
