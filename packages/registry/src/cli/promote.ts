import type { Command } from "commander";
import { promote, rollback } from "../promote";
import { connect, withRegistry, type RegistryOptions } from "./options";
import { print, properties } from "./print";

interface PromoteFlags extends RegistryOptions {
  readonly from: string;
  readonly to: string;
  readonly previous: string;
}

export function addPromote(program: Command): void {
  withRegistry(
    program.command("promote <model>").description("make the challenger the champion, and keep the former one"),
  )
    .option("--from <alias>", "the alias whose version is promoted", "challenger")
    .option("--to <alias>", "the alias that moves to it", "champion")
    .option("--previous <alias>", "the alias that the former champion gets", "previous-champion")
    .action(async (model: string, options: PromoteFlags) => {
      const { from, to, previous } = options;
      const done = await promote(connect(options), { model, from, to, previous });
      print(options, done, () =>
        properties([
          [done.moved ? "promoted" : "unchanged", `${model} version ${done.version} is ${to}`],
          [previous, done.moved ? done.previousVersion : undefined],
        ]),
      );
    });

  withRegistry(program.command("rollback <model>").description("make the former champion the champion again"))
    .option("--to <alias>", "the champion's alias", "champion")
    .option("--previous <alias>", "the former champion's alias", "previous-champion")
    .action(async (model: string, options: Omit<PromoteFlags, "from">) => {
      const { to, previous } = options;
      const done = await rollback(connect(options), { model, to, previous });
      print(options, done, () =>
        properties([
          ["rolled back", `${model} version ${done.version} is ${to}`],
          [previous, done.previousVersion],
        ]),
      );
    });
}
