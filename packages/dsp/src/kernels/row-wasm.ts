import { ROW_KERNELS_WASM } from "./row-wasm-bytes";
import { claimWorkbench, WasmModule, type Workbench } from "./wasm";

/** What `wasm/row-kernels.ts` exports. Addresses and strides are in bytes, counts in elements. */
export interface RowKernels {
  separate(out: number, stride: number, x: number, table: number, nBins: number): void;
  sosOne(x: number, n: number, step: number, coefficients: number, state: number): void;
  sosTwo(x: number, n: number, step: number, coefficients: number, state: number): void;
  taper(x: number, n: number, window: number, centre: number): void;
  addPower(sums: number, x: number, n: number): void;
  unsnappy(out: number, length: number, input: number, nInput: number): number;
  polyphase(
    out: number,
    n: number,
    x: number,
    taps: number,
    length: number,
    phases: number,
    phase: number,
    advance: number,
    skip: number,
  ): void;
}

const module = new WasmModule(ROW_KERNELS_WASM);

/** As `claimWorkbench`, with the kernels that spectra, section filters, polyphase resampling and Snappy need besides. */
export function claimRowBench(
  owner: object,
  nBytes: number,
): (Workbench & { readonly rowKernels: RowKernels }) | undefined {
  const bench = claimWorkbench(owner, nBytes);
  const rowKernels = bench?.also<RowKernels>(module);
  return bench && rowKernels && { ...bench, rowKernels };
}
