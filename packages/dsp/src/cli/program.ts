import { Command } from "commander";
import { addConvert } from "./convert";
import { addDownload } from "./download";
import { addInspect } from "./inspect";
import { addPreprocess } from "./preprocess";
import { addReport } from "./report";
import { addSynth } from "./synth";

/** The command `p300-dsp`. */
export function makeProgram(version: string): Command {
  const program = new Command("p300-dsp")
    .description("EEG recordings to P300 features, equal to MNE's.")
    .version(version)
    .showHelpAfterError("(p300-dsp --help shows what it takes)")
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "p300-dsp: ")) })
    .exitOverride();
  for (const add of [addPreprocess, addInspect, addReport, addSynth, addConvert, addDownload])
    add(program).exitOverride().copyInheritedSettings(program);
  return program;
}
