/** A MATLAB variable, whatever file version it came from. Arrays are column-major, as MATLAB keeps them. */
export type MatValue =
  | { readonly kind: "numeric"; readonly dims: readonly number[]; readonly data: Float64Array }
  | { readonly kind: "char"; readonly dims: readonly number[]; readonly text: string }
  | { readonly kind: "cell"; readonly dims: readonly number[]; readonly cells: readonly MatValue[] }
  | {
      readonly kind: "struct";
      readonly dims: readonly number[];
      readonly elements: readonly ReadonlyMap<string, MatValue>[];
    }
  | { readonly kind: "other"; readonly dims: readonly number[]; readonly what: string };

export type MatVariables = ReadonlyMap<string, MatValue>;

export const scalarOf = (value: MatValue | undefined): number | undefined =>
  value?.kind === "numeric" && value.data.length === 1 ? value.data[0] : undefined;

export const textOf = (value: MatValue | undefined): string | undefined =>
  value?.kind === "char" ? value.text.trim() : undefined;

/** A matrix with its size; undefined for what is none. */
export function matrixOf(
  value: MatValue | undefined,
): { data: Float64Array; nRows: number; nColumns: number } | undefined {
  if (value?.kind !== "numeric" || value.dims.length !== 2) return undefined;
  return { data: value.data, nRows: value.dims[0]!, nColumns: value.dims[1]! };
}
