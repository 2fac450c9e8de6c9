import { invalidParameter } from "../errors";
import { parseField, type Field } from "./filter";
import type { Grammar } from "./grammar";
import { excerpt, tokenize, type Token } from "./lexer";

export interface Order extends Field {
  readonly ascending: boolean;
}

const CLAUSES_MAX = 20; // SQLite joins at most 64 tables

/**
 * Reads order_by: clauses such as `metrics.auc DESC` or `name`, ascending when they do not say.
 * @throws {RequestError} INVALID_PARAMETER_VALUE for everything else, and for a field named twice.
 */
export function parseOrderBy(clauses: readonly string[], grammar: Grammar): Order[] {
  if (clauses.length > CLAUSES_MAX) throw invalidParameter(`order_by can have at most ${CLAUSES_MAX} clauses`);
  const orders = clauses.map((clause) => parseClause(clause, grammar));
  const fields = new Set(orders.map(({ entity, key }) => `${entity}.${key}`));
  if (fields.size < orders.length)
    throw invalidParameter(`\`order_by\` contains duplicate fields: ${excerpt(JSON.stringify(clauses))}`);
  return orders;
}

function parseClause(clause: string, grammar: Grammar): Order {
  let tokens: Token[];
  try {
    tokens = tokenize(clause);
  } catch {
    tokens = [];
  }
  const [name, direction, ...rest] = tokens;
  if (name?.kind !== "name" || rest.length > 0)
    throw invalidParameter(`Invalid order_by clause '${excerpt(clause)}'. Could not be parsed.`);
  if (direction && !/^(asc|desc)$/i.test(direction.text))
    throw invalidParameter(`Invalid ordering key in order_by clause '${excerpt(clause)}'.`);
  const field = parseField(name.text, grammar);
  if (field.entity === "attribute" && !grammar.ordered.includes(field.key))
    throw invalidParameter(
      `Invalid order by key '${excerpt(field.key)}' specified. Valid keys are '${grammar.ordered.join("', '")}'`,
    );
  if (field.entity !== "attribute" && !grammar.orderedEntities.includes(field.entity))
    throw invalidParameter(`Invalid order_by entity: ${field.entity}`);
  return { ...field, ascending: direction === undefined || direction.text.toLowerCase() === "asc" };
}
