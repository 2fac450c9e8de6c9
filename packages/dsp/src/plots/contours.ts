import { px } from "./svg";

/** Lines of one level through a field on a square grid, by marching squares; cells with a value that is no number are left out.
 * @param placeOf - from grid coordinates to the picture. */
export function contourPath(
  field: Float64Array,
  nColumns: number,
  nRows: number,
  level: number,
  placeOf: (column: number, row: number) => readonly [number, number],
): string {
  let path = "";
  for (let row = 0; row + 1 < nRows; row++)
    for (let column = 0; column + 1 < nColumns; column++) {
      const corners = [
        field[row * nColumns + column]! - level,
        field[row * nColumns + column + 1]! - level,
        field[(row + 1) * nColumns + column + 1]! - level,
        field[(row + 1) * nColumns + column]! - level,
      ];
      if (corners.some((value) => !Number.isFinite(value))) continue;
      const crossings: (readonly [number, number])[] = [];
      for (const [side, [fromColumn, fromRow, toColumn, toRow]] of SIDES.entries()) {
        const a = corners[side]!;
        const b = corners[(side + 1) % 4]!;
        if (a < 0 === b < 0) continue;
        const share = a / (a - b);
        crossings.push(
          placeOf(column + fromColumn + share * (toColumn - fromColumn), row + fromRow + share * (toRow - fromRow)),
        );
      }
      for (let i = 0; i + 1 < crossings.length; i += 2)
        path += `M${px(crossings[i]![0])} ${px(crossings[i]![1])}L${px(crossings[i + 1]![0])} ${px(crossings[i + 1]![1])}`;
    }
  return path;
}

const SIDES: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 1, 0],
  [1, 0, 1, 1],
  [1, 1, 0, 1],
  [0, 1, 0, 0],
];
