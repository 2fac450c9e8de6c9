export type { Chunk, StreamEvent } from "../stream/chunk";
export type { FoundEvent } from "../stream/epoch-stage";
export type { StreamFilterOptions, StreamFirOptions, StreamIirOptions } from "../stream/filter-stage";
export type { StreamEventsOptions } from "../stream/onsets";
export { chunkFromLsl, chunkFromMessage, lslChunks, webSocketChunks } from "../stream/sources";
export type { FramesOptions, LslPull, MessageOptions, SocketLike, SocketOptions } from "../stream/sources";
export { createStream, type Stream, type StreamEpoch, streamEpochs, type StreamOptions } from "../stream/stream";
