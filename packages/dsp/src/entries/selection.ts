export { concatenateEpochs, cropEpochs, dropEpochs, type EpochLabel, equalizeCounts } from "../select";
export { type EqualizeOptions, pickChannels, selectEpochs, type SelectEpochsOptions } from "../select";
