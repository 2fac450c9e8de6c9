import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestError } from "../../src/errors";
import { cutPage, parsePage, parsePageToken } from "../../src/search/page-token";

const range = { usual: 10, max: 100 };

describe("pages", () => {
  test("cover a list exactly once, whatever its length and theirs", () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), (length, max_results) => {
        const list = Array.from({ length }, (_, i) => i);
        const seen: number[] = [];
        let page_token: string | undefined;
        do {
          const page = parsePage({ max_results, page_token }, range);
          const { rows, next } = cutPage(list.slice(page.offset, page.offset + page.limit + 1), page);
          seen.push(...rows);
          page_token = next;
        } while (page_token);
        expect(seen).toEqual(list);
      }),
    );
  });

  test("have MLflow's token, so that a client may change servers in the middle", () => {
    expect(parsePageToken(Buffer.from('{"offset": 100}').toString("base64"))).toBe(100);
  });

  test("refuse every other token", () => {
    for (const text of [
      "",
      "x",
      "[]",
      "null",
      "{}",
      '{"offset":-1}',
      '{"offset":1.5}',
      '{"offset":"x"}',
      '{"offset":1e300}',
    ])
      expect(() => parsePageToken(`${Buffer.from(text).toString("base64")}=`)).toThrow(RequestError);
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (token) => {
        expect(() => parsePageToken(token)).toThrow(RequestError);
      }),
    );
  });

  test.each([0, -1, 101])("refuse max_results of %d", (max_results) => {
    expect(() => parsePage({ max_results }, range)).toThrow("max_results");
  });
});
