export { reference, referenceEpochs, type ReferenceOptions } from "../reference";
export {
  type LeadField,
  restLeadField,
  type RestOptions,
  restWeights,
  sphericalLeadField,
  type SphericalHeadOptions,
} from "../rest";
