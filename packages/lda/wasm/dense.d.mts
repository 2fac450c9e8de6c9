export function compileDense(): Promise<Uint8Array>;
export function denseSource(bytes: Uint8Array): string;
