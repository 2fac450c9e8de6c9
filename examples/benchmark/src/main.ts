import { writeFile } from "node:fs/promises";
import { evaluate, tasksOf, type Result } from "./evaluate";
import { BenchmarkError, help, parseOptions, UsageError, type Options } from "./options";
import { renderFigure, renderTables } from "./render";
import { readSessions } from "./sessions";

/** @returns the exit status: 0 done, 1 failed, 2 misused. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${help.trim()}\n`);
    return 0;
  }
  try {
    await benchmark(parseOptions(args));
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`benchmark: ${message.replace(/\s*\n\s*/g, " ")}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function benchmark(options: Options): Promise<void> {
  const { dir, rejectUv, unseen } = options;
  const sessions = await readSessions(dir, { rejectUv, onSession: (name) => tell(`reading ${name}`) });
  const results: Result[] = [];
  for (const evaluation of options.evaluations) {
    const tasks = tasksOf(evaluation, sessions, unseen);
    if (tasks.length === 0) continue;
    for (const recipe of options.recipes) {
      const doing = `${evaluation}, ${recipe.label}`;
      try {
        results.push(evaluate(evaluation, recipe, tasks, (done) => tell(`${doing}: ${done + 1} of ${tasks.length}`)));
      } catch (error) {
        // A recipe that asks for more than these recordings have is a line of the table, not the end of it.
        const code = (error as { code?: unknown }).code;
        if (code !== "ERR_LDA_OPTION" && code !== "ERR_LDA_NUMERICAL") throw error;
        const refused = (error as Error).message;
        const none = { scores: [], mean: Number.NaN, deviation: Number.NaN, pooled: Number.NaN };
        results.push({ evaluation, recipe: recipe.label, ...none, refused });
      }
    }
  }
  tell("");
  if (results.every(({ refused }) => refused !== undefined))
    throw new BenchmarkError(`nothing could be evaluated: ${results[0]?.refused ?? "there are too few sessions"}`);
  const tables = renderTables(results);
  if (options.out !== undefined) await write(options.out, `${tables}\n`);
  if (options.figure !== undefined) await write(options.figure, renderFigure(results));
  process.stdout.write(options.json ? `${JSON.stringify({ results })}\n` : `${tables}\n`);
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: NodeJS.ErrnoException) => {
    throw new BenchmarkError(`${file} can't be written (${error.code})`);
  });
}

/** On a terminal, one line that is rewritten; an empty text clears it. */
function tell(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
