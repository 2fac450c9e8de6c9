// Columns are packed in panels of four, so that a 4 × 4 tile of the result is 16 numbers in registers fed by two
// contiguous streams; a block of 128 rows × 128 columns (128 kB) stays in the second-level cache meanwhile.
const ROWS_PER_BLOCK = 128;
const PANELS_PER_BLOCK = 32;

/** AᵀA of `a` (nRows × nCols, row-major), both triangles written to `out` (nCols × nCols). Half the products are computed. */
export function gramInto(out: Float64Array, a: Float64Array, nRows: number, nCols: number): void {
  const nPanels = Math.ceil(nCols / 4);
  const pack = new Float64Array(Math.min(ROWS_PER_BLOCK, nRows) * nPanels * 4);
  const tiles = new Float64Array(nPanels * nPanels * 16);
  for (let row = 0; row < nRows; row += ROWS_PER_BLOCK) {
    const rows = Math.min(ROWS_PER_BLOCK, nRows - row);
    packPanels(pack, a, row, rows, nCols, nPanels);
    for (let block = 0; block < nPanels; block += PANELS_PER_BLOCK) {
      const blockEnd = Math.min(block + PANELS_PER_BLOCK, nPanels);
      for (let i = 0; i < blockEnd; i++)
        for (let j = Math.max(i, block); j < blockEnd; j++)
          addTile(tiles, (i * nPanels + j) * 16, pack, i * rows * 4, j * rows * 4, rows);
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

function addTile(tiles: Float64Array, tile: number, pack: Float64Array, p: number, q: number, rows: number): void {
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0,
    c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0,
    c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  for (const end = p + rows * 4; p < end; p += 4, q += 4) {
    const b0 = pack[q]!,
      b1 = pack[q + 1]!,
      b2 = pack[q + 2]!,
      b3 = pack[q + 3]!;
    const a0 = pack[p]!;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = pack[p + 1]!;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = pack[p + 2]!;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    const a3 = pack[p + 3]!;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  tiles[tile]! += c00;
  tiles[tile + 1]! += c01;
  tiles[tile + 2]! += c02;
  tiles[tile + 3]! += c03;
  tiles[tile + 4]! += c10;
  tiles[tile + 5]! += c11;
  tiles[tile + 6]! += c12;
  tiles[tile + 7]! += c13;
  tiles[tile + 8]! += c20;
  tiles[tile + 9]! += c21;
  tiles[tile + 10]! += c22;
  tiles[tile + 11]! += c23;
  tiles[tile + 12]! += c30;
  tiles[tile + 13]! += c31;
  tiles[tile + 14]! += c32;
  tiles[tile + 15]! += c33;
}
