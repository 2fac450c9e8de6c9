/** Delimited text to recordings and back: Muse (muse-lsl, Mind Monitor), OpenBCI, and any table with a header. */
import { checkOptions } from "../check-object";
import { OptionError, SampleRateError } from "../errors";
import { type Annotation, checkRecording, type Recording } from "../recording";
import { asBytes, type Bytes, refuseAs, type Refuse, utf8OrLatin1 } from "./bytes";
import { type ChannelType, typeByName } from "./channel-type";
import { type ChannelHeader, planChannels } from "./channels";
import { guessDelimiter, parseTable } from "./csv-table";
import { codesOf, finish } from "./finish";
import { byOnset } from "./markers";
import type { DecodedFile, DecodeOptions } from "./recording-file";
import { rateOfTimes } from "./times";

export interface DecodeCsvOptions extends DecodeOptions {
  /** Default: a semicolon or a tab when the first line has one, else a comma. */
  readonly delimiter?: "," | ";" | "\t" | undefined;
}

const TIME =
  /^(time ?stamps?|times?|t|seconds|secs?|lsl_?times?(tamps?)?|time ?[([]?(s|sec|seconds|ms|millis|us)[)\]]?|time_(s|ms))( \(formatted\))?$/i;
const MILLIS = /(^|[^a-z])(ms|millis)([^a-z]|$)/i;
const INDEX = /^(|index|unnamed: ?\d+|sample( ?index)?)$/i;
/** What Muse headbands sample at; their time stamps wobble by whole radio packets. */
const MUSE_HZ = 256;

/** Reads a table with a header line and a row a sample, in microvolts. Rate: from a column of times, from `sampleRateHz`,
 * or from a comment "Sample Rate = 250 Hz"; without any it is refused. Known by their columns:
 * - muse-lsl: `timestamps,TP9,AF7,AF8,TP10,Right AUX`, with `Marker0` or the like for events;
 * - Mind Monitor: `TimeStamp,…,RAW_TP9,RAW_AF7,RAW_AF8,RAW_TP10,…,Elements`: its raw rows, and its markers as annotations;
 * - OpenBCI: comment lines that begin with %, `EXG Channel 0`, ….
 *
 * Commas, semicolons or tabs; quotes; LF or CRLF; a byte order mark; decimal commas where the delimiter is another. An
 * empty cell is NaN. Text in a stim column makes annotations.
 * @throws {FormatError} naming the line and the column. @throws {SampleRateError} when nothing tells the rate. */
export function decodeCsv(content: Bytes | string, options: DecodeCsvOptions = {}): DecodedFile {
  checkOptions(options);
  const refuse = refuseAs("CSV", options.source);
  const text = typeof content === "string" ? content.replace(/^\uFEFF/, "") : utf8OrLatin1(asBytes(content));
  if (text.slice(0, 65_536).includes("\0")) return refuse("is no text: it holds zero bytes");
  const { comments, body, nLines } = splitComments(text);
  const firstLine = body.slice(0, body.search(/[\r\n]|$/));
  const delimiter = options.delimiter ?? guessDelimiter(firstLine);
  if (![",", ";", "\t"].includes(delimiter)) throw new OptionError("delimiter", delimiter, '",", ";" or a tab');
  const { rows, lines } = parseTable(body, delimiter, refuse);
  if (rows.length === 0) return refuse("is empty: give a table with a header and a row a sample");
  const table = makeTable(rows, lines, { delimiter, nLines, refuse });
  const found = table.names.some((name) => name.startsWith("RAW_")) ? mindMonitor(table) : plain(table);
  return build(found, table, rateInComments(comments), options);
}

interface Table {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Line in the file, for messages. */
  readonly lineOf: (row: number) => number;
  readonly number: (cell: string, row: number, column: number) => number;
  readonly refuse: Refuse;
}

/** Which columns mean what. */
interface Layout {
  readonly time: number | undefined;
  readonly channels: readonly { readonly column: number; readonly name: string; readonly type?: ChannelType }[];
  /** Rows that are samples. */
  readonly rows: readonly (readonly string[])[];
  readonly markers: readonly { readonly row: number; readonly text: string }[];
  readonly isMuse: boolean;
}

function splitComments(text: string): { comments: string[]; body: string; nLines: number } {
  const comments: string[] = [];
  let at = 0;
  while (text[at] === "#" || text[at] === "%") {
    const end = text.indexOf("\n", at);
    comments.push(text.slice(at, end < 0 ? text.length : end));
    at = end < 0 ? text.length : end + 1;
  }
  return { comments, body: text.slice(at), nLines: comments.length };
}

function rateInComments(comments: readonly string[]): number | undefined {
  for (const comment of comments) {
    const match = /sampl(?:e|ing)[ _]?(?:rate|frequency)[^=:]*[=:]\s*(\d+(?:\.\d+)?)/i.exec(comment);
    if (match) return Number(match[1]);
  }
  return undefined;
}

function makeTable(
  rows: string[][],
  lines: readonly number[],
  { delimiter, nLines, refuse }: { delimiter: string; nLines: number; refuse: Refuse },
): Table {
  const first = rows[0]!.map((cell) => cell.trim());
  const decimalComma = delimiter !== "," && usesDecimalComma(rows[1] ?? first);
  const parse = (cell: string): number => {
    const text = cell.trim();
    if (text === "" || /^(nan|na|n\/a|null)$/i.test(text)) return Number.NaN;
    const plainText = decimalComma ? text.replace(",", ".") : text;
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plainText) ? Number(plainText) : Infinity;
  };
  const hasHeader = first.some((cell) => parse(cell) === Infinity);
  const names = hasHeader ? first : first.map((_, i) => `ch${i + 1}`);
  const body = hasHeader ? rows.slice(1) : rows;
  const lineOf = (row: number): number => lines[row + (hasHeader ? 1 : 0)]! + nLines;
  body.forEach((row, i) => {
    while (row.length > names.length && row.at(-1)!.trim() === "") row.pop(); // a delimiter at the end of the line
    if (row.length !== names.length)
      refuse(`line ${lineOf(i)} has ${row.length} cells, the header ${names.length}: mend or remove it`);
  });
  const number = (cell: string, row: number, column: number): number => {
    const value = parse(cell);
    return value === Infinity
      ? refuse(
          `line ${lineOf(row)} has ${JSON.stringify(cell.slice(0, 40))} in column ${names[column]}: it must be a number`,
        )
      : value;
  };
  return { names, rows: body, lineOf, number, refuse };
}

const usesDecimalComma = (row: readonly string[]): boolean =>
  row.some((cell) => /^\s*[+-]?\d+,\d+(e[+-]?\d+)?\s*$/i.test(cell)) &&
  !row.some((cell) => /^\s*[+-]?\d*\.\d+\s*$/.test(cell));

function plain({ names, rows }: Table): Layout {
  const time = names.findIndex((name) => TIME.test(name));
  const channels = names.flatMap((name, column) => {
    if (column === time || (column === 0 && INDEX.test(name)) || (TIME.test(name) && column !== time)) return [];
    return [{ column, name: name.replace(/^eeg_(?=.)/, "") }];
  });
  const isMuse = ["TP9", "AF7", "AF8", "TP10"].every((name) => names.includes(name));
  return { time: time < 0 ? undefined : time, channels, rows, markers: [], isMuse };
}

/** Mind Monitor writes samples and events as rows of one table: an event's row has no raw values but an `Elements` cell. */
function mindMonitor({ names, rows }: Table): Layout {
  const raw = names.flatMap((name, column) => (name.startsWith("RAW_") ? [{ column, name: name.slice(4) }] : []));
  const aux = names.flatMap((name, column) =>
    name.startsWith("AUX") ? [{ column, name, type: "misc" as const }] : [],
  );
  const elements = names.indexOf("Elements");
  const samples: (readonly string[])[] = [];
  const markers: { row: number; text: string }[] = [];
  for (const row of rows) {
    const element = elements < 0 ? "" : row[elements]!.trim();
    if (element !== "") markers.push({ row: samples.length, text: element.replace(/^\/[Mm]arker\//, "") });
    if (raw.some(({ column }) => row[column]!.trim() !== "")) samples.push(row);
  }
  const time = names.findIndex((name) => /^timestamp$/i.test(name));
  return { time: time < 0 ? undefined : time, channels: [...raw, ...aux], rows: samples, markers, isMuse: true };
}

function build(layout: Layout, table: Table, commentHz: number | undefined, options: DecodeOptions): DecodedFile {
  const { rows, channels, isMuse } = layout;
  const { refuse, names, number } = table;
  if (rows.length === 0) return refuse("has a header but no samples");
  const rowOf = new Map(rows === table.rows ? [] : table.rows.map((row, i) => [row, i] as const));
  const at = (i: number): number => rowOf.get(rows[i]!) ?? i;
  const seconds = layout.time === undefined ? undefined : timesOf(layout.time, rows, at, table);
  const timing = rateOfTimes(seconds, {
    givenHz: options.sampleRateHz ?? commentHz,
    nominalHz: isMuse ? MUSE_HZ : undefined,
    nSamples: rows.length,
    refuse,
  });
  const { sampleRateHz } = timing;
  if (sampleRateHz === undefined) throw new SampleRateError(undefined, options.source);
  if (!(Number.isFinite(sampleRateHz) && sampleRateHz > 0)) throw new SampleRateError(sampleRateHz, options.source);

  const headers = channels.map(({ name, column, type }): ChannelHeader => ({
    name,
    unit: "",
    type: type ?? typeByColumn(names[column]!),
    sampleRateHz,
  }));
  const plan = planChannels(headers, options, refuse);
  const markers: Annotation[] = layout.markers.map(({ row, text }) => ({
    onsetSeconds: row / sampleRateHz,
    durationSeconds: 0,
    text,
  }));
  const stimColumn = plan.stim === undefined ? undefined : channels[plan.stim]!.column;
  const words = stimColumn === undefined ? [] : wordsOf(stimColumn, rows, sampleRateHz);
  const segments = timing.segments;
  return finish(
    {
      format: "csv",
      headers,
      plan: words.length > 0 ? { ...plan, stim: undefined } : plan,
      nSamples: rows.length,
      annotations: [...markers, ...words].sort(byOnset),
      segments,
      fill: (index, into) => {
        const { column } = channels[index]!;
        for (let i = 0; i < into.length; i++) into[i] = number(rows[i]![column]!, at(i), column);
      },
      stim: () => {
        const row = new Float64Array(rows.length);
        for (let i = 0; i < row.length; i++) {
          const cell = rows[i]![stimColumn!]!;
          row[i] = cell.trim() === "" ? 0 : number(cell, at(i), stimColumn!);
        }
        return codesOf(row, names[stimColumn!]!, refuse);
      },
    },
    options,
    refuse,
  );
}

const typeByColumn = (column: string): ChannelType | undefined => {
  if (/^eeg_./.test(column) || /^EXG Channel \d+$/.test(column)) return "eeg"; // OpenBCI calls its EEG so
  const type = typeByName(column);
  return type === "eeg" ? undefined : type;
};

/** Markers of a stim column that holds text: none when all of it is numbers. */
function wordsOf(column: number, rows: readonly (readonly string[])[], sampleRateHz: number): Annotation[] {
  if (rows.every((row) => /^\s*([+-]?\d+(\.0*)?)?\s*$/.test(row[column]!))) return [];
  const words: Annotation[] = [];
  rows.forEach((row, i) => {
    const text = row[column]!.trim();
    if (text === "" || text === "0" || /^(nan|none)$/i.test(text)) return;
    words.push({ onsetSeconds: i / sampleRateHz, durationSeconds: 0, text });
  });
  return words;
}

/** The column of times in seconds: numbers, or dates such as `2024-05-13 19:29:37.123`. */
function timesOf(
  column: number,
  rows: readonly (readonly string[])[],
  at: (i: number) => number,
  { number, names, refuse, lineOf }: Table,
): Float64Array {
  const isDate = /^\s*\d{4}-\d\d-\d\d[ T]\d\d:\d\d/.test(rows[0]![column]!);
  const scale = MILLIS.test(names[column]!.replaceAll("_", " ")) ? 1e-3 : 1;
  return Float64Array.from(rows, (row, i) => {
    const cell = row[column]!;
    const value = isDate
      ? Date.parse(`${cell.trim().replace(" ", "T")}Z`.replace(/ZZ$/, "Z")) / 1000
      : number(cell, at(i), column) * scale;
    if (!Number.isFinite(value)) refuse(`line ${lineOf(at(i))} has ${JSON.stringify(cell.slice(0, 40))} for a time`);
    return value;
  });
}

export interface EncodeCsvOptions {
  /** Default a comma. */
  readonly delimiter?: "," | ";" | "\t" | undefined;
  /** Digits after the point, in microvolts. Default: as many as the number needs to come back exactly. */
  readonly decimals?: number | undefined;
}

/** Writes `timestamps,<channel>,…,stim`: times in seconds from the first sample, microvolts, event codes. Annotations
 * have no place in it and are left out. Reading it back gives the same numbers; the rate to 1e-9 of itself.
 * @throws {OptionError} when the delimiter or the decimals cannot be. */
export function encodeCsv(recording: Recording, options: EncodeCsvOptions = {}): string {
  checkOptions(options);
  const { delimiter = ",", decimals } = options;
  if (![",", ";", "\t"].includes(delimiter)) throw new OptionError("delimiter", delimiter, '",", ";" or a tab');
  if (decimals !== undefined && !(Number.isInteger(decimals) && decimals >= 0 && decimals <= 20))
    throw new OptionError("decimals", decimals, "a whole number from 0 to 20");
  checkRecording(recording);
  const { data, nChannels, nSamples, sampleRateHz, stim, channelNames } = recording;
  const quote = (name: string): string => (/["\r\n,;\t]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  const say = (value: number): string =>
    Number.isNaN(value) ? "" : decimals === undefined ? String(value) : value.toFixed(decimals);
  const lines = [["timestamps", ...channelNames.map(quote), "stim"].join(delimiter)];
  for (let i = 0; i < nSamples; i++) {
    let line = String(i / sampleRateHz);
    for (let c = 0; c < nChannels; c++) line += delimiter + say(data[c * nSamples + i]!);
    lines.push(line + delimiter + String(stim[i]!));
  }
  return `${lines.join("\n")}\n`;
}
