import { invalidParameter } from "../errors";
import { DATASET_KEYS, NUMBER_OPERATORS, TEXT_OPERATORS, type Entity, type Grammar, type Operator } from "./grammar";
import { excerpt, tokenize, unquote, type Token } from "./lexer";

export interface Condition {
  readonly entity: Entity;
  /** The attribute's own name, or the key of a metric, parameter, tag; name, digest or context of a dataset. */
  readonly key: string;
  readonly operator: Operator;
  /** A list before IN and NOT IN, null before IS NULL and IS NOT NULL. */
  readonly value: string | number | readonly string[] | null;
}

export interface Field {
  readonly entity: Entity;
  readonly key: string;
}

const CONDITIONS_MAX = 200; // SQLite refuses an expression deeper than 1000
const LIST_LENGTH_MAX = 10_000;

/**
 * Reads a filter: conditions joined by AND. MLflow has no OR, no NOT and no grouping.
 * @throws {RequestError} INVALID_PARAMETER_VALUE for everything else, and nothing but that.
 */
export function parseFilter(filter: string | undefined, grammar: Grammar): Condition[] {
  const tokens = tokenize(filter ?? "");
  const conditions: Condition[] = [];
  let at = 0;
  while (at < tokens.length) {
    if (conditions.length > 0 && !isWord(tokens[at++], "AND")) throw invalidClause(tokens.slice(at - 1));
    at = parseCondition(tokens, at, grammar, conditions);
    if (conditions.length > CONDITIONS_MAX)
      throw invalidParameter(`a filter can have at most ${CONDITIONS_MAX} conditions: search in several steps`);
  }
  return conditions;
}

/** Reads one condition from `tokens[at]` on and gives the index behind it. */
function parseCondition(tokens: readonly Token[], at: number, grammar: Grammar, conditions: Condition[]): number {
  const start = at;
  const name = tokens[at++];
  if (name?.kind !== "name") throw invalidClause(tokens.slice(start));
  const field = parseField(name.text, grammar);
  const [operator, afterOperator] = parseOperator(tokens, at);
  at = afterOperator;
  if (operator === "IS NULL" || operator === "IS NOT NULL") {
    if (!grammar.nullable.includes(field.entity))
      throw invalidParameter(
        `IS NULL / IS NOT NULL is only supported for ${grammar.nullable.map((entity) => `${entity}s`).join(" and ") || "nothing here"}, ` +
          `not for '${field.entity}' '${field.key}'`,
      );
    conditions.push({ ...field, operator, value: null });
    return at;
  }
  const kind = valueKind(field, grammar);
  const allowed = operatorsOf(field, kind, grammar);
  if (!allowed.includes(operator as Operator))
    throw invalidParameter(`Invalid comparator '${operator}' not one of '${allowed.join("', '")}'`);
  const token = tokens[at];
  if (!token) throw invalidClause(tokens.slice(start));
  if (operator === "IN" || operator === "NOT IN") {
    const [values, afterList] = parseList(tokens, at);
    conditions.push({ ...field, operator, value: values });
    return afterList;
  }
  conditions.push({ ...field, operator: operator as Operator, value: parseValue(token, field, kind, grammar) });
  return at + 1;
}

/** What `metrics.auc`, `tags."my key"` or a bare `name` means under a grammar. */
export function parseField(text: string, grammar: Grammar): Field {
  const dot = text.startsWith('"') || text.startsWith("`") ? -1 : text.indexOf(".");
  const prefix = dot < 0 ? undefined : text.slice(0, dot);
  const written = dot < 0 ? text : text.slice(dot + 1);
  const entity = prefix === undefined ? "attribute" : ownValue(grammar.prefixes, prefix);
  if (!entity)
    throw invalidParameter(
      `Invalid entity type '${excerpt(prefix!)}'. Valid values are ['${Object.keys(grammar.prefixes).join("', '")}']`,
    );
  const bare = unquote(written, '"`') ?? written;
  const key = entity === "attribute" ? (ownValue(grammar.aliases, bare) ?? bare) : bare;
  const valid = entity === "dataset" ? DATASET_KEYS : undefined;
  if (valid && !valid.includes(key))
    throw invalidParameter(`Invalid dataset key '${excerpt(key)}' specified. Valid keys are '${valid.join("', '")}'`);
  return { entity, key };
}

function valueKind({ entity, key }: Field, grammar: Grammar): "text" | "number" {
  if (entity === "metric") return "number";
  if (entity !== "attribute") return "text";
  const kind = ownValue(grammar.attributes, key);
  if (!kind)
    throw invalidParameter(
      `Invalid attribute key '${excerpt(key)}' specified. Valid keys are '${Object.keys(grammar.attributes).join("', '")}'`,
    );
  return kind;
}

function operatorsOf({ entity, key }: Field, kind: "text" | "number", grammar: Grammar): readonly Operator[] {
  if (kind === "number") return NUMBER_OPERATORS;
  const listed = entity === "dataset" || (entity === "attribute" && grammar.listed.includes(key));
  return listed ? [...TEXT_OPERATORS, "IN", "NOT IN"] : TEXT_OPERATORS;
}

function parseOperator(tokens: readonly Token[], at: number): [operator: string, next: number] {
  const [first, second, third] = tokens.slice(at, at + 3);
  if (first?.kind === "operator") return [first.text, at + 1];
  if (isWord(first, "LIKE") || isWord(first, "ILIKE") || isWord(first, "IN"))
    return [first!.text.toUpperCase(), at + 1];
  if (isWord(first, "NOT") && isWord(second, "IN")) return ["NOT IN", at + 2];
  if (isWord(first, "IS") && isWord(second, "NULL")) return ["IS NULL", at + 2];
  if (isWord(first, "IS") && isWord(second, "NOT") && isWord(third, "NULL")) return ["IS NOT NULL", at + 3];
  throw invalidClause(tokens.slice(Math.max(0, at - 1)));
}

function parseValue(token: Token, field: Field, kind: "text" | "number", grammar: Grammar): string | number {
  if (kind === "number") {
    const quoted = grammar.quotable?.includes(field.key) ? unquote(token.text, "'\"") : undefined;
    if (quoted !== undefined && /^\d+$/.test(quoted)) return Number(quoted);
    if (token.kind !== "number") {
      const what = field.entity === "metric" ? "metric" : `numeric attribute: ${field.key}`;
      throw invalidParameter(`Expected numeric value type for ${what}. Found ${excerpt(token.text)}`);
    }
    return Number(token.text);
  }
  const text = token.kind === "string" || token.kind === "name" ? unquote(token.text, "'\"") : undefined;
  if (text === undefined) {
    const what = field.entity === "attribute" ? "attributes" : field.entity;
    throw invalidParameter(
      `Expected a quoted string value for ${what} (e.g. 'my-value'). Got value ${excerpt(token.text)}`,
    );
  }
  return text;
}

function parseList(tokens: readonly Token[], at: number): [values: string[], next: number] {
  const start = at;
  const values: string[] = [];
  if (tokens[at++]?.kind !== "(") throw invalidClause(tokens.slice(start));
  for (;;) {
    if (tokens[at]?.kind === ")" && values.length > 0) break; // ('a',) is a list too
    const token = tokens[at++];
    const value = token?.kind === "string" || token?.kind === "name" ? unquote(token.text, "'\"") : undefined;
    if (value === undefined || values.push(value) > LIST_LENGTH_MAX)
      throw invalidParameter(
        "While parsing a list in the query, expected a non-empty list of string values, " +
          (token ? `but got '${excerpt(token.text)}' in it` : "but got ill-formed list."),
      );
    if (tokens[at]?.kind === ",") at++;
    else break;
  }
  if (tokens[at]?.kind !== ")") throw invalidClause(tokens.slice(start));
  return [values, at + 1];
}

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === "name" && token.text.toUpperCase() === word;

const invalidClause = (tokens: readonly Token[]) =>
  invalidParameter(`Invalid clause(s) in filter string: '${excerpt(tokens.map(({ text }) => text).join(" "))}'`);

/** A key that came from outside must not find `constructor` in a table of ours. */
function ownValue<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
