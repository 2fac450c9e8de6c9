/** The result: one line of JSON in the wire's spelling, or what people read. */
export function print({ json }: { readonly json?: boolean }, value: unknown, render: () => string): void {
  process.stdout.write(json === true ? `${JSON.stringify(snake(value))}\n` : render());
}

// Below these the keys are the user's.
const FREE = new Set(["tags", "params", "metrics", "aliases"]);

function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      FREE.has(key) && !Array.isArray(item) ? numbersAsJson(item) : snake(item),
    ]),
  );
}

function numbersAsJson(item: unknown): unknown {
  if (typeof item !== "object" || item === null) return item;
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
    ]),
  );
}

const CELL_MAX = 60;

/** Columns under their heads; nothing found is said in words. */
export function table(heads: readonly string[], rows: readonly (readonly unknown[])[], empty: string): string {
  if (rows.length === 0) return `${empty}\n`;
  const cells = rows.map((row) => row.map((cell) => shorten(printable(cell))));
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `${row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()}\n`;
  return [heads, ...cells].map(line).join("");
}

/** One thing, a line a property; a property that is undefined or empty is left out. */
export function properties(pairs: readonly (readonly [name: string, value: unknown])[]): string {
  const shown = pairs.filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${printable(name).padEnd(width)}  ${printable(value)}\n`).join("");
}

export const when = (millis: number | undefined): string =>
  millis === undefined || Number.isNaN(new Date(millis).getTime())
    ? ""
    : new Date(millis).toISOString().replace(/\.\d+Z$/, "Z");

/** Names come from others: nothing of theirs may steer the terminal. */
function printable(value: unknown): string {
  return String(value ?? "").replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\uFFFD");
}

const shorten = (cell: string): string => (cell.length > CELL_MAX ? `${cell.slice(0, CELL_MAX - 1)}…` : cell);
