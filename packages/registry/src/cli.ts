import { makeProgram } from "./cli/program";
import { runProgram } from "./cli/run";

void runProgram(makeProgram(), process.argv);
