/** The module's bytes; src/linalg/gram-wasm.ts holds them as base64. */
export const wasm: Uint8Array;
