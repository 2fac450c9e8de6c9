import type { Refuse } from "./bytes";

/** Cells of a delimited text, a list a row: quotes as RFC 4180 has them, any line end, no blank rows, no comments.
 * Comments are leading lines that begin with # or %; they are returned apart. */
export function parseTable(text: string, delimiter: string, refuse: Refuse): { rows: string[][]; lines: number[] } {
  const rows: string[][] = [];
  const lines: number[] = [];
  let at = 0;
  let line = 1;
  let quote = nextQuote(text, 0);
  while (at < text.length) {
    if (quote < at) quote = nextQuote(text, at);
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const began = line;
    const bare = text[end - 1] === "\r" ? end - 1 : end;
    let row: string[];
    if (quote >= bare) {
      row = text.slice(at, bare).split(delimiter);
      at = end + 1;
      line++;
    } else {
      const quoted = quotedRow(text, at, delimiter, (reason) => refuse(`line ${began} ${reason}`));
      row = quoted.row;
      line += quoted.nLines;
      at = quoted.next;
    }
    if (row.length === 1 && row[0]!.trim() === "") continue;
    rows.push(row);
    lines.push(began);
  }
  return { rows, lines };
}

/** Where the next quote is; beyond the end when there is none. */
function nextQuote(text: string, from: number): number {
  const at = text.indexOf('"', from);
  return at < 0 ? Infinity : at;
}

function quotedRow(text: string, start: number, delimiter: string, refuse: Refuse) {
  const row: string[] = [];
  let at = start;
  let nLines = 1;
  for (;;) {
    let cell = "";
    if (text[at] === '"') {
      for (at++; ;) {
        const quote = text.indexOf('"', at);
        if (quote < 0) return refuse("opens a quote that nothing closes");
        cell += text.slice(at, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        cell += '"'; // a doubled quote is one of the text's own
        at++;
      }
      nLines += cell.split("\n").length - 1;
      if (text[at] === "\r" && (text[at + 1] === "\n" || at + 1 === text.length)) at++;
      if (at < text.length && text[at] !== "\n" && text[at] !== delimiter)
        return refuse("goes on after a closing quote without a delimiter");
    } else {
      const from = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== "\n") at++;
      cell = text.slice(from, text[at - 1] === "\r" && text[at] !== delimiter ? at - 1 : at);
    }
    row.push(cell);
    if (at >= text.length || text[at] === "\n") return { row, next: at + 1, nLines };
    at++;
  }
}

/** The delimiter that splits the first line most often. */
export function guessDelimiter(firstLine: string): string {
  const outside = firstLine.replaceAll(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((delimiter) => [outside.split(delimiter).length, delimiter] as const);
  // "1,5;2,5" holds more commas than semicolons, yet commas between digits may be decimal ones
  const [, semicolon, tab] = counts;
  if (semicolon![0] > 1) return ";";
  if (tab![0] > 1) return "\t";
  return ",";
}
