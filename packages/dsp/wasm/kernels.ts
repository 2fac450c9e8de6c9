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
export { unsnappy } from "./snappy";
export { addPower, polyphase, separate, sosOne, sosTwo, taper } from "./rows";
