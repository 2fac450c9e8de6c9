export { decimate, type DecimateOptions } from "../decimate";
export { type PolyphasePad, resamplePoly, type ResamplePolyOptions } from "../resample-poly";
export { resampleFourier, resampleRecording, type ResampleRecordingOptions, resampleStim } from "../resample-recording";
