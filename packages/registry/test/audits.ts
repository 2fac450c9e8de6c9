import { expect } from "vitest";
import { audits } from "../src/audits";

/** Holds a server to every MUST, and names all that fail at once. */
export async function auditsAgainst(url: string): Promise<void> {
  const failures: string[] = [];
  for (const { id, must, check } of audits) {
    try {
      await check(url);
    } catch (error) {
      failures.push(`${id} ${must}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  expect(failures).toEqual([]);
}
