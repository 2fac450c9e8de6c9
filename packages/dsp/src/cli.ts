import { version } from "../package.json";
import { makeProgram } from "./cli/program";
import { runProgram } from "./cli/run";

void runProgram(makeProgram(version), process.argv);
