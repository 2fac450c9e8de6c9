export { addPower, polyphase, separate, sosOne, sosTwo, taper } from "./rows";
export { unsnappy } from "./snappy";
