export interface WasmModule {
  readonly source: string;
  readonly target: string;
  readonly name: string;
}
export const MODULES: readonly WasmModule[];
export function compile(module: WasmModule): Promise<string>;
