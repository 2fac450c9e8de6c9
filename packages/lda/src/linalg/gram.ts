import { openGramKernel, type GramKernel } from "./gram-kernel";

// Columns are packed in panels of four, so that a 4 × 4 tile of the result is 16 numbers in registers fed by two
// contiguous streams; a block of 128 rows × 128 columns (128 kB) stays in the second-level cache meanwhile.
const ROWS_PER_BLOCK = 128;
const PANELS_PER_BLOCK = 32;

/** AᵀA of `a` (nRows × nCols, row-major), both triangles written to `out` (nCols × nCols). Half the products are computed. */
export function gramInto(
  out: Float64Array,
  a: Float64Array,
  nRows: number,
  nCols: number,
  openKernel: (packLength: number, tilesLength: number) => GramKernel = openGramKernel,
): void {
  const nPanels = Math.ceil(nCols / 4);
  const { pack, tiles, addTiles } = openKernel(Math.min(ROWS_PER_BLOCK, nRows) * nPanels * 4, nPanels * nPanels * 16);
  for (let row = 0; row < nRows; row += ROWS_PER_BLOCK) {
    const rows = Math.min(ROWS_PER_BLOCK, nRows - row);
    packPanels(pack, a, row, rows, nCols, nPanels);
    for (let block = 0; block < nPanels; block += PANELS_PER_BLOCK) {
      const blockEnd = Math.min(block + PANELS_PER_BLOCK, nPanels);
      for (let i = 0; i < blockEnd; i++) {
        const j = Math.max(i, block);
        addTiles((i * nPanels + j) * 16, i * rows * 4, j * rows * 4, rows, blockEnd - j);
      }
    }
  }
  for (let i = 0; i < nCols; i++)
    for (let j = i; j < nCols; j++) {
      const value = tiles[((i >> 2) * nPanels + (j >> 2)) * 16 + (i & 3) * 4 + (j & 3)]!;
      out[i * nCols + j] = value;
      out[j * nCols + i] = value;
    }
}

/** Rows [row, row + rows) of `a`, four columns a panel, a panel's rows one after another, zeros beyond the last column. */
function packPanels(
  pack: Float64Array,
  a: Float64Array,
  row: number,
  rows: number,
  nCols: number,
  nPanels: number,
): void {
  for (let panel = 0; panel < nPanels; panel++) {
    const column = panel * 4;
    const width = Math.min(4, nCols - column);
    let to = panel * rows * 4;
    let from = row * nCols + column;
    for (let r = 0; r < rows; r++, to += 4, from += nCols) {
      pack[to] = a[from]!;
      pack[to + 1] = width > 1 ? a[from + 1]! : 0;
      pack[to + 2] = width > 2 ? a[from + 2]! : 0;
      pack[to + 3] = width > 3 ? a[from + 3]! : 0;
    }
  }
}
