/** Colours of the figures: Okabe and Ito's, which the colour-blind tell apart; those for dark surfaces are lightened.
 * @see https://jfly.uni-koeln.de/color/ */
const TOKENS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  surface: ["#ffffff", "#14171c"],
  ink: ["#1b1f24", "#e8eaee"],
  muted: ["#5b6470", "#a3acb8"],
  grid: ["#e2e6eb", "#2d333c"],
  target: ["#c24d00", "#ff9a4d"],
  nontarget: ["#0067a3", "#6cc0f5"],
  series1: ["#0067a3", "#6cc0f5"],
  series2: ["#c24d00", "#ff9a4d"],
  series3: ["#00795a", "#3fd0a4"],
  series4: ["#a8477f", "#f0a3cf"],
  series5: ["#8f6400", "#f2bd3d"],
  series6: ["#5a4fb0", "#b3a8ff"],
  series7: ["#2f7f8f", "#7fdbe8"],
  series8: ["#6b6b6b", "#c8c8c8"],
};

/** How many series have a colour of their own. */
export const N_SERIES_COLOURS = 8;

const RULES: Readonly<Record<string, readonly [property: string, token: string][]>> = {
  text: [["fill", "ink"]],
  ".surface": [["fill", "surface"]],
  ".axis": [["stroke", "muted"]],
  ".grid": [["stroke", "grid"]],
  ".tick": [["fill", "muted"]],
  ".ink": [["stroke", "ink"]],
  ".ink-fill": [["fill", "ink"]],
  ".muted": [["stroke", "muted"]],
  ".muted-fill": [["fill", "muted"]],
  ".target": [["stroke", "target"]],
  ".target-fill": [["fill", "target"]],
  ".nontarget": [["stroke", "nontarget"]],
  ".nontarget-fill": [["fill", "nontarget"]],
  ...Object.fromEntries(
    Array.from({ length: N_SERIES_COLOURS }, (_, i) => [
      [`.s${i + 1}`, [["stroke", `series${i + 1}`]]],
      [`.s${i + 1}-fill`, [["fill", `series${i + 1}`]]],
    ]).flat() as [string, [string, string][]][],
  ),
};

const SHAPES =
  ".p300-plot{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;font-variant-numeric:tabular-nums}" +
  ".p300-plot .heading{font-size:13px;font-weight:600}" +
  ".p300-plot .small{font-size:11px}" +
  ".p300-plot .line{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}" +
  ".p300-plot .thin{fill:none;stroke-width:.8;stroke-linejoin:round;stroke-linecap:round}" +
  ".p300-plot .strong{fill:none;stroke-width:2.4;stroke-linejoin:round;stroke-linecap:round}" +
  ".p300-plot .faint{stroke-opacity:.45}" +
  ".p300-plot .dash{stroke-dasharray:5 3}" +
  ".p300-plot .dots{stroke-dasharray:1.5 3.5}" +
  ".p300-plot .band{fill-opacity:.2;stroke:none}" +
  ".p300-plot .shade{fill-opacity:.14;stroke:none}" +
  ".p300-plot .axis,.p300-plot .grid{fill:none;stroke-width:1}";

const variables = (which: 0 | 1): string =>
  Object.entries(TOKENS)
    .map(([token, colours]) => `--_${token}:var(--p300-${token},${colours[which]})`)
    .join(";");

/** The figures' style sheet. Each colour can be set from outside as `--p300-ink`, `--p300-target`, … on any element around
 * the figure; light or dark follows `prefers-color-scheme`, and print is light. Viewers that know no custom properties use
 * the plain colour that stands before each. */
export const STYLE: string =
  `.p300-plot{${variables(0)}}` +
  `@media screen and (prefers-color-scheme:dark){.p300-plot{${variables(1)}}}` +
  SHAPES +
  Object.entries(RULES)
    .map(
      ([selector, declarations]) =>
        `.p300-plot ${selector}{${declarations
          .map(([property, token]) => `${property}:${TOKENS[token]![0]};${property}:var(--_${token})`)
          .join(";")}}`,
    )
    .join("");
