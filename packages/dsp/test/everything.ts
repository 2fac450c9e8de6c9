// All that the package exports without touching a file, for tests of what holds for everything.
export * from "../src";
export * from "../src/entries/cleaning";
export * from "../src/entries/contrast";
export * from "../src/entries/events";
export * from "../src/entries/evoked";
export * from "../src/entries/filters";
export * from "../src/entries/montage";
export * from "../src/entries/reference";
export * from "../src/entries/resampling";
export * from "../src/entries/selection";
export * from "../src/entries/spectra";
export * from "../src/entries/stream";
