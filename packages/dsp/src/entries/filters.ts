export { firwin, type FirwinOptions } from "../firwin";
export {
  type ButterworthOptions,
  type ChebyshevOptions,
  designButterworth,
  designChebyshev1,
  type IirBand,
} from "../iir/design";
export { filterIir, type FilterIirOptions } from "../iir/filter-iir";
export { filtFilt, lfilter, type LfilterOptions, lfilterState, type TransferFunction } from "../iir/lfilter";
export { designIirNotch, type IirNotchOptions } from "../iir/notch";
export { firResponse, type FrequencyResponse, type ResponseOptions, sosResponse } from "../iir/response";
export { type FiltFiltOptions, type FiltFiltPad, sosFilterState, sosFiltFilt } from "../iir/sosfiltfilt";
export { sosFilter, sosFilterInto, type SosFilterOptions } from "../iir/sosfilt";
export { designNotchFir, notchFir, type NotchFirOptions } from "../notch-fir";
