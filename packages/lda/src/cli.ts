import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { compareCommand } from "./cli/compare";
import { evaluateCommand } from "./cli/evaluate";
import { exportCommand } from "./cli/export";
import { predictCommand } from "./cli/predict";
import { trainCommand } from "./cli/train";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

// A reader that has seen enough, such as `| head -1`, is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

const program = new Command("p300-lda")
  .description("train, evaluate and use linear classifiers of P300 epochs")
  .version(version)
  .showHelpAfterError("(--help shows what there is)");
for (const command of [trainCommand(), evaluateCommand(), predictCommand(), exportCommand(), compareCommand()]) {
  command.copyInheritedSettings(program);
  program.addCommand(command);
}
for (const command of [program, ...program.commands])
  command
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, `p300-lda: `)) });

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.stderr.write(`p300-lda: ${oneLine(error)}\n`);
    process.exitCode = 1;
  }
});

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");
}
