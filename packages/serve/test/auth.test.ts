import fc from "fast-check";
import { expect, test } from "vitest";
import { KeyRing, splitKeys } from "../src/auth";

const key = fc.string({ minLength: 1 }).filter((text) => !text.includes(",") && text.trim() === text && text !== "");

test("lets in each of its keys and nothing else", () => {
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), fc.string(), (keys, other) => {
      const ring = new KeyRing(splitKeys(keys.join(",")));
      const letsIn = (given: string): boolean => {
        try {
          ring.check(given);
          return true;
        } catch {
          return false;
        }
      };
      expect(keys.map(letsIn)).toEqual(keys.map(() => true));
      expect(letsIn(other)).toBe(keys.includes(other));
    }),
  );
});

test.each([undefined, "", ["a", "a"]])("refuses %j", (given) => {
  expect(() => new KeyRing(["a"]).check(given)).toThrow(/x-api-key/);
});

test.each([[[]], [[""]], [[" ", ""]]])("refuses to be made of %j", (keys) => {
  expect(() => new KeyRing(keys)).toThrow(/at least one key/);
});
