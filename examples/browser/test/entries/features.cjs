// Loaded by Node's require.
const { preprocess } = require("@p300/dsp");
const { synthesize } = require("@p300/dsp/synth");

const { data, nRows, nFeatures } = preprocess(synthesize({ subject: 2 })).features;
const squares = data.reduce((sum, x) => sum + x * x, 0);
globalThis.computed = { nRows, nFeatures, squares, first: Array.from(data.slice(0, 5)) };
