export function compileSpd(): Promise<Uint8Array>;
export function spdSource(bytes: Uint8Array): string;
