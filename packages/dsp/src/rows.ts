import { NotFiniteError, OptionError, SampleRateError, ShapeError } from "./errors";

/** Checks bare rows, which every function on them takes as one buffer and the length of a row.
 * @returns the number of rows.
 * @throws {OptionError} when `data` is no Float64Array, or `nSamples` no count.
 * @throws {ShapeError} when `data.length` is not a multiple of `nSamples`.
 * @throws {NotFiniteError} naming the first row and sample that is no number: one NaN would spread over its whole row. */
export function checkRows(data: Float64Array, nSamples: number): number {
  const nRows = checkRowLength(data, nSamples);
  if (isFiniteSum(data)) return nRows;
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return nRows; // so large that their sum overflows
  throw new NotFiniteError(`in row ${Math.floor(bad / nSamples)}`, bad % nSamples, data[bad]!);
}

/** As `checkRows`, but for the samples themselves. */
export function checkRowLength(data: Float64Array, nSamples: number): number {
  if (!(data instanceof Float64Array)) throw new OptionError("data", typeof data, "a Float64Array, row after row");
  checkCount("nSamples", nSamples, 0);
  if (nSamples === 0 && data.length > 0) throw new ShapeError("data.length", data.length, 0);
  const nRows = nSamples === 0 ? 0 : data.length / nSamples;
  if (!Number.isInteger(nRows)) throw new ShapeError("data.length", data.length, Math.ceil(nRows) * nSamples);
  return nRows;
}

/** One NaN or infinity makes a sum one as well; four sums do not wait for each other. */
function isFiniteSum(data: Float64Array): boolean {
  let a = 0,
    b = 0,
    c = 0,
    d = 0;
  const end = data.length - (data.length % 4);
  for (let i = 0; i < end; i += 4) {
    a += data[i]!;
    b += data[i + 1]!;
    c += data[i + 2]!;
    d += data[i + 3]!;
  }
  for (let i = end; i < data.length; i++) a += data[i]!;
  return Number.isFinite(a + b + c + d);
}

/** Checks a whole number from `min` to `max`, both included. */
export function checkCount(option: string, value: number, min: number, max: number = Number.MAX_SAFE_INTEGER): void {
  if (!(Number.isInteger(value) && value >= min && value <= max))
    throw new OptionError(
      option,
      value,
      `an integer of at least ${min}${max < Number.MAX_SAFE_INTEGER ? `, at most ${max}` : ""}`,
    );
}

/** Checks a number that may be a rate. */
export function checkRate(sampleRateHz: number): void {
  if (!(Number.isFinite(sampleRateHz) && sampleRateHz > 0)) throw new SampleRateError(sampleRateHz);
}

/** Checks a finite number above 0. */
export function checkPositive(option: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) throw new OptionError(option, value, "a finite number above 0");
}

/** Checks one of a few words. */
export function checkChoice(option: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value))
    throw new OptionError(option, value, choices.map((choice) => `"${choice}"`).join(" or "));
}

/** Checks a list of finite numbers. */
export function checkNumbers(option: string, values: ArrayLike<number>, lengthMin: number): void {
  if (!(values instanceof Object) || !(values.length >= lengthMin))
    throw new OptionError(option, values, `at least ${lengthMin} numbers`);
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) throw new OptionError(`${option}[${i}]`, values[i], "a finite number");
}
