import { invalidParameter } from "../errors";

export type TokenKind = "name" | "string" | "number" | "operator" | "(" | ")" | ",";

export interface Token {
  readonly kind: TokenKind;
  /** As written, quotes included. */
  readonly text: string;
}

// A name is parts joined by dots, each a bare word or a word in backticks or double quotes: tags."my key", params.`a b`.
// Double quotes alone are a string to the parser where a value stands, a name where a key does.
const WORD = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const QUOTED_NAME = "`[^`]*`" + String.raw`|"(?:""|\\"|[^"])*"`;
const NAME = `(?:${WORD}|${QUOTED_NAME})(?:\\.(?:[\\p{L}\\p{N}_]+|${QUOTED_NAME}))*`;
const NUMBER = String.raw`-?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_])`;
const STRING = String.raw`'(?:''|\\'|[^'])*'`;
const TOKEN = new RegExp(
  `\\s*(?:(?<string>${STRING})|(?<number>${NUMBER})|(?<operator><>|==|!=|>=|<=|=|>|<)|(?<mark>[(),])|(?<name>${NAME}))`,
  "uy",
);

/**
 * Cuts a filter or an order_by clause into tokens.
 * @throws {RequestError} INVALID_PARAMETER_VALUE at the first thing that is no token, an open quote included.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) throw invalidParameter(`Invalid clause(s) in filter string: '${excerpt(text.slice(at).trim())}'`);
    const { string, number, operator, mark, name } = groups;
    if (string !== undefined) tokens.push({ kind: "string", text: string });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (operator !== undefined) tokens.push({ kind: "operator", text: operator });
    else if (mark !== undefined) tokens.push({ kind: mark as "(" | ")" | ",", text: mark });
    else tokens.push({ kind: "name", text: name! });
  }
  return tokens;
}

/** A piece of the caller's text, short enough for a message. */
export const excerpt = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** The text within quotes, as written: MLflow undoes no escapes. `undefined` when it is not quoted so. */
export function unquote(text: string, quotes: string): string | undefined {
  const first = text[0];
  return first !== undefined && text.length >= 2 && quotes.includes(first) && text.endsWith(first)
    ? text.slice(1, -1)
    : undefined;
}
