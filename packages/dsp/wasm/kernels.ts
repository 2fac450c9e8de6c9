export {
  convolveComplex,
  convolveReal,
  forward,
  gather,
  inverse,
  mergeForward,
  mergeInverse,
  pack,
  splitForward,
  splitInverse,
  unpack,
} from "./fft";
