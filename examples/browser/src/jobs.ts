import type { AnalyseOptions } from "@p300/dsp/plots";

/** A recording among the files that were given, and the files that belong to it. */
export interface Found {
  readonly name: string;
  readonly file: File;
  readonly companions: readonly File[];
  readonly metadata: File | null;
}

/** Which of the files are recordings, and which only belong to one. A lone companion counts as a recording, so that the
 * reader says what it misses. */
export function findRecordings(files: readonly File[]): Found[] {
  const metadata = files.find(({ name }) => name.toLowerCase() === "metadata.json") ?? null;
  const rest = files.filter((file) => file !== metadata);
  const endingOf = (name: string): string => /\.[^.]+$/.exec(name.toLowerCase())?.[0] ?? "";
  const hasHeader = rest.some(({ name }) => /^\.(vhdr|ahdr|set)$/.test(endingOf(name)));
  const belongs = ({ name }: File): boolean => hasHeader && /^\.(eeg|avg|vmrk|amrk|fdt|dat)$/.test(endingOf(name));
  const companions = rest.filter(belongs);
  return rest
    .filter((file) => !belongs(file))
    .map((file) => ({
      name: file.name,
      file,
      companions: /^\.(vhdr|ahdr|set)$/.test(endingOf(file.name)) ? companions : [],
      metadata: /^\.(parquet|csv|tsv|txt|mat)$/.test(endingOf(file.name)) ? metadata : null,
    }));
}

/** The form's numbers; an empty field is none. */
export function optionsOf(form: FormData): AnalyseOptions {
  const numberOf = (name: string): number | null => {
    const text = form.get(name);
    return typeof text === "string" && text.trim() !== "" ? Number(text) : null;
  };
  return {
    lowHz: numberOf("lowHz"),
    highHz: numberOf("highHz"),
    tMinSeconds: numberOf("tMinSeconds") ?? undefined,
    tMaxSeconds: numberOf("tMaxSeconds") ?? undefined,
    baseline: (numberOf("tMinSeconds") ?? -0.1) < 0 ? [null, 0] : null,
    rejectPeakToPeakMicrovolts: numberOf("rejectPeakToPeakMicrovolts"),
  };
}
