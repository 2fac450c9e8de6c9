import { InvalidArgumentError } from "commander";

/** A number as the shell gives it, and nothing that merely begins with one. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
}

export function parsePositive(text: string): number {
  const value = parseNumber(text);
  if (!(value > 0)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

/** A whole number that is not negative and fits 32 bits. */
export function parseWhole(text: string): number {
  const value = parseNumber(text);
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
    throw new InvalidArgumentError("It must be a whole number from 0 to 4294967295.");
  return value;
}

export function parseCount(text: string): number {
  const value = parseWhole(text);
  if (value < 1) throw new InvalidArgumentError("It must be a whole number above 0.");
  return value;
}

/** "100" or "none", which stays a word: commander turns a null into an empty string. */
export function parsePositiveOrNone(text: string): number | "none" {
  return text === "none" ? "none" : parsePositive(text);
}

/** "-0.1,0", an empty end for the epoch's own, or "none". */
export function parseWindow(text: string): readonly [number | null, number | null] | "none" {
  if (text === "none") return "none";
  const ends = text.split(",");
  if (ends.length !== 2) throw new InvalidArgumentError("It must be two times in seconds, as in -0.1,0, or none.");
  const [from, to] = ends.map((end) => (end.trim() === "" ? null : parseNumber(end)));
  return [from!, to!];
}

/** A path of a file or folder. */
export function parsePath(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It must be a path.");
  return text;
}
