/** A stretch of values; `from` is below `to`. */
export interface Domain {
  readonly from: number;
  readonly to: number;
}

/** Ticks at round values, and how to write them. */
export interface Ticks {
  readonly values: readonly number[];
  readonly step: number;
}

/** Smallest and largest finite value of all; null when there is none. */
export function extentOf(...arrays: readonly ArrayLike<number>[]): Domain | null {
  let from = Infinity;
  let to = -Infinity;
  for (const values of arrays)
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      if (value < from) from = value;
      if (value > to) to = value;
    }
  return from <= to ? { from, to } : null;
}

/** Smaller numbers lose their digits, and steps between them become 0. */
const TINIEST = 1e-290;

/** Where a scale of colours ends on both sides of 0: the largest magnitude of a domain, or 1 when that is nothing. */
export function limitOf(domain: Domain | null): number {
  const limit = Math.max(Math.abs(domain?.from ?? 0), Math.abs(domain?.to ?? 0));
  return limit >= TINIEST && limit <= 1 / TINIEST ? limit : 1;
}

/** A domain that can be drawn: one of no width, or none at all, is widened. */
export function drawable(domain: Domain | null, fallback: Domain = { from: -1, to: 1 }): Domain {
  if (domain === null || !Number.isFinite(domain.to - domain.from)) return fallback;
  if (Math.max(Math.abs(domain.from), Math.abs(domain.to)) < TINIEST) return fallback;
  if (domain.to - domain.from > Math.max(Math.abs(domain.from), Math.abs(domain.to)) * 1e-9) return domain;
  const half = Math.abs(domain.from) * 0.1 || 1;
  return { from: domain.from - half, to: domain.to + half };
}

/** The round step, 1, 2 or 5 times a power of ten, that gives about `n` steps over a width. */
export function niceStep(width: number, n: number): number {
  const raw = width / Math.max(n, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const rest = raw / power;
  return power * (rest < 1.5 ? 1 : rest < 3.5 ? 2 : rest < 7.5 ? 5 : 10);
}

/** Round values within a domain, about `n` of them. */
export function niceTicks({ from, to }: Domain, n: number): Ticks {
  const step = niceStep(to - from, n);
  // An end that all but reaches a round value, as -0.0996 s for -0.1, has its tick too.
  const first = Math.ceil(from / step - 0.02);
  const last = Math.floor(to / step + 0.02);
  // At most a few more than asked for, whatever the numbers: a step too small to move a large value would never end.
  const count = Math.min(last - first + 1, 4 * Math.max(n, 1) + 2) || 0;
  return { values: Array.from({ length: Math.max(count, 0) }, (_, i) => (first + i) * step), step };
}

/** The domain out to the next round values. */
export function niceDomain(domain: Domain, n: number): Domain {
  const step = niceStep(domain.to - domain.from, n);
  return { from: Math.floor(domain.from / step + 1e-9) * step, to: Math.ceil(domain.to / step - 1e-9) * step };
}

/** A tick's value with as many decimals as its step needs, and a true minus sign. */
export function formatTick(value: number, step: number): string {
  if (Math.abs(value) < step * 1e-6) return "0";
  const large = Math.abs(value) >= 1e6 || step < 1e-4;
  const decimals = Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)));
  return (large ? value.toPrecision(3).replace("e+", "e") : value.toFixed(decimals)).replace("-", "−");
}

/** A number for people: so many decimals, a true minus sign, a dash for what is no number. */
export function formatNumber(value: number | null | undefined, decimals = 1): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** The value below which a share of the finite ones lies, of about at most 100 000 of them. */
export function quantileOf(
  values: ArrayLike<number>,
  share: number,
  map: (value: number) => number = (x) => x,
): number {
  const step = Math.max(1, Math.floor(values.length / 100_000));
  const picked: number[] = [];
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i])) picked.push(map(values[i]!));
  if (picked.length === 0) return Number.NaN;
  const sorted = Float64Array.from(picked).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
