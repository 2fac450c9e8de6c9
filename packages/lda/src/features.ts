export {
  joinFeatures,
  readFeatures,
  readUnlabelledFeatures,
  type FeatureRows,
  type LabelledRows,
} from "./features-file";
