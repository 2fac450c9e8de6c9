import fc from "fast-check";
import { expect, test } from "vitest";
import { multiplyPanelInto, packRows, PANEL } from "../src/matrix-product";
import { anyRow } from "./arbitraries";
import { worstError } from "./golden";

test("a panel times packed rows is every dot product of the two, and zero where rows are missing", () => {
  const anySizes = fc.record({ nRows: fc.integer({ min: 1, max: 9 }), n: fc.integer({ min: 1, max: 20 }) });
  const anyPair = anySizes.chain(({ nRows, n }) =>
    fc.record({ n: fc.constant(n), nRows: fc.constant(nRows), a: anyRow(PANEL * n), b: anyRow(nRows * n) }),
  );
  fc.assert(
    fc.property(anyPair, ({ n, nRows, a, b }) => {
      const packed = packRows(b, nRows, n);
      const out = new Float64Array((packed.length / n) * PANEL);
      multiplyPanelInto(out, packRows(a, PANEL, n), packed, n);
      const want = out.map((_, at) => {
        const [row, lane] = [Math.floor(at / PANEL), at % PANEL];
        let sum = 0;
        if (row < nRows) for (let i = 0; i < n; i++) sum += b[row * n + i]! * a[lane * n + i]!;
        return sum;
      });
      expect(worstError(out, want)).toBeLessThan(1e-6);
    }),
  );
});
