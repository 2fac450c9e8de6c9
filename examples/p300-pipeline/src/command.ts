import { parseArgs } from "node:util";

export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What was wrong and what to do, without a stack: everything that a user of the example can cause. */
export class PipelineError extends Error {
  override readonly name = "PipelineError";
}

type Options = Readonly<Record<string, { readonly type: "string" | "boolean" }>>;
type Values<T extends Options> = { readonly [K in keyof T]?: T[K]["type"] extends "boolean" ? boolean : string };

/** Parses strictly, runs, and turns an error into one line: exit 0 done, 1 failed, 2 misused. */
export async function runCommand<T extends Options>(
  name: string,
  help: string,
  options: T,
  args: readonly string[],
  action: (values: Values<T>) => Promise<number | void>,
): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${help.trim()}\n`);
    return 0;
  }
  try {
    return (await action(parsed(args, options))) ?? 0;
  } catch (error) {
    process.stderr.write(`${name}: ${oneLine(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function parsed<T extends Options>(args: readonly string[], options: T): Values<T> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values as Values<T>;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, " ");
}

export function numberOption(
  name: string,
  text: string | undefined,
  fallback: number,
  { min, max }: { min: number; max: number },
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < min || value > max)
    throw new UsageError(`--${name} is "${text}": give a number from ${min} to ${max}`);
  return value;
}
