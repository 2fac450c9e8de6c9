export { averageEpochs, type AverageOptions, type Evoked, globalFieldPower } from "../evoked";
export { combineEvoked, grandAverage, type GrandAverageOptions } from "../evoked-combine";
export { type Peak, peakOf, type PeakOptions } from "../peak";
