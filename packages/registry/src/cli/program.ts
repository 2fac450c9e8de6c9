import { Command } from "commander";
import { version } from "../../package.json";
import { addArtifacts } from "./artifacts";
import { addExperiments } from "./experiments";
import { addModels } from "./models";
import { addPromote } from "./promote";
import { addRuns } from "./runs";
import { registerServerCommand } from "./server";

/** The command `p300-registry`. */
export function makeProgram(): Command {
  const program = new Command("p300-registry")
    .description("An MLflow-compatible tracking server and model registry, and its everyday commands.")
    .version(version)
    .showHelpAfterError("(--help shows what it takes)")
    .exitOverride();
  for (const add of [registerServerCommand, addExperiments, addRuns, addModels, addArtifacts, addPromote]) add(program);
  return program;
}
