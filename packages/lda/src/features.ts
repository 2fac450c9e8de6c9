export {
  joinFeatures,
  readFeatures,
  readUnlabelledFeatures,
  type FeatureRows,
  type LabelledRows,
} from "./features-file";
export { openFeatures, type FeatureBlock, type FeatureStream, type FeatureStreamOptions } from "./features-stream";
export { trainFolders, type TrainFoldersOptions } from "./train-folders";
