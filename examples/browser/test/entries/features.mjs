// Loaded by Node's import, and bundled for a page.
import { preprocess } from "@p300/dsp";
import { synthesize } from "@p300/dsp/synth";

const { data, nRows, nFeatures } = preprocess(synthesize({ subject: 2 })).features;
const squares = data.reduce((sum, x) => sum + x * x, 0);
globalThis.computed = { nRows, nFeatures, squares, first: Array.from(data.slice(0, 5)) };
