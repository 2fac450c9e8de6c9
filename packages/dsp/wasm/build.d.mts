export function compile(): Promise<Uint8Array>;
export function asSource(wasm: Uint8Array): string;
