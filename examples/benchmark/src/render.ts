import type { Result } from "./evaluate";

const figure = (value: number): string => value.toFixed(3);

/** A table an evaluation, as Markdown. */
export function renderTables(results: readonly Result[]): string {
  return groups(results)
    .map(([evaluation, rows]) => {
      const sessions = rows.find(({ refused }) => refused === undefined)?.scores.map(({ session }) => session) ?? [];
      const wide = sessions.length <= 6 ? sessions : [];
      const head = ["recipe", "mean AUC", "sd", "pooled AUC", ...wide];
      const lines = rows.map(({ recipe, mean, deviation, pooled, scores, refused }) =>
        refused === undefined
          ? [recipe, figure(mean), figure(deviation), figure(pooled), ...wide.map((_, k) => figure(scores[k]!.auc))]
          : [recipe, `not here: ${refused}`, ...head.slice(2).map(() => "")],
      );
      return [
        `### ${evaluation}`,
        "",
        `| ${head.join(" | ")} |`,
        `| ${head.map(() => "---").join(" | ")} |`,
        ...lines.map((cells) => `| ${cells.join(" | ")} |`),
      ].join("\n");
    })
    .join("\n\n");
}

const WIDTH = 820;
const LEFT = 220;
const RIGHT = 30;
const ROW = 22;

/** A dot a session and a bar at their mean, a row a recipe, a panel an evaluation. */
export function renderFigure(results: readonly Result[]): string {
  const shown = results.filter(({ refused }) => refused === undefined);
  const all = shown.flatMap(({ scores }) => scores.map(({ auc }) => auc));
  const low = Math.floor(Math.min(0.5, ...all) * 10) / 10;
  const x = (auc: number): number => LEFT + ((auc - low) / (1 - low)) * (WIDTH - LEFT - RIGHT);
  const body: string[] = [];
  let y = 20;
  for (const [evaluation, rows] of groups(shown)) {
    body.push(`<text x="10" y="${y}" font-weight="bold">${escape(evaluation)}</text>`);
    const top = y + 8;
    const bottom = top + rows.length * ROW;
    for (let tick = Math.round(low * 10); tick <= 10; tick++) {
      const at = x(tick / 10).toFixed(1);
      body.push(`<line x1="${at}" x2="${at}" y1="${top}" y2="${bottom}" stroke="${tick === 5 ? "#888" : "#ddd"}"/>`);
      body.push(`<text x="${at}" y="${bottom + 14}" text-anchor="middle" fill="#666">${(tick / 10).toFixed(1)}</text>`);
    }
    for (const [row, { recipe, scores, mean }] of rows.entries()) {
      const middle = top + row * ROW + ROW / 2;
      body.push(`<text x="${LEFT - 10}" y="${middle + 4}" text-anchor="end">${escape(recipe)}</text>`);
      for (const { session, auc } of scores)
        body.push(
          `<circle cx="${x(auc).toFixed(1)}" cy="${middle}" r="4" fill="#3b6ea5" fill-opacity="0.45"><title>${escape(session)}: ${figure(auc)}</title></circle>`,
        );
      const at = x(mean).toFixed(1);
      body.push(
        `<line x1="${at}" x2="${at}" y1="${middle - 8}" y2="${middle + 8}" stroke="#c0392b" stroke-width="3"><title>mean ${figure(mean)}</title></line>`,
      );
    }
    y = bottom + 46;
  }
  const title = "AUC of targets against non-targets: a dot a session, a bar at their mean";
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="12" role="img" aria-label="${title}">
<title>${title}</title>
<rect width="100%" height="100%" fill="#fff"/>
${body.join("\n")}
</svg>
`;
}

function groups(results: readonly Result[]): [string, Result[]][] {
  const names = [...new Set(results.map(({ evaluation }) => evaluation))];
  return names.map((name) => [name, results.filter(({ evaluation }) => evaluation === name)]);
}

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
