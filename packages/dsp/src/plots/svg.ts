import { OptionError } from "../errors";
import { STYLE } from "./theme";

/** What every figure takes. */
export interface FigureOptions {
  /** In units of the view box, which a browser shows as CSS pixels unless told otherwise. Default 440. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Heading of the figure, and its accessible name. */
  readonly title?: string | undefined;
  /** Whether the figure carries its own style sheet, as one that stands alone must. Default true; a page that holds many
   * figures may put `PLOT_STYLE` into its head once and say false. */
  readonly style?: boolean | undefined;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

// Not allowed in XML even when escaped, or turning the reading direction of all that follows.
const UNSPEAKABLE =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text as it may stand in an element or in a quoted attribute, of SVG and of HTML: names come from files. */
export function escapeText(text: string): string {
  return text
    .replaceAll(UNSPEAKABLE, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A coordinate, to a tenth of a pixel. */
export function px(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return String(rounded === 0 ? 0 : rounded);
}

/** An element; attributes are escaped, `children` is markup already. */
export function element(name: string, attributes: Attributes, children = ""): string {
  let head = `<${name}`;
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) head += ` ${key}="${typeof value === "number" ? px(value) : escapeText(value)}"`;
  return children === "" ? `${head}/>` : `${head}>${children}</${name}>`;
}

export function label(
  x: number,
  y: number,
  content: string,
  attributes: Attributes & { readonly class?: string } = {},
): string {
  return element("text", { x, y, ...attributes }, escapeText(content));
}

/** A name that fits: cut at `nMax` characters, an ellipsis for what is missing. */
export function shorten(name: string, nMax = 12): string {
  const letters = [...name];
  return letters.length <= nMax ? name : `${letters.slice(0, nMax - 1).join("")}…`;
}

/** About how wide a small text is, in pixels: there is no font to ask. */
export const textWidth = (text: string): number => [...text].length * 6.2;

interface Figure {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description: string;
  readonly style: boolean;
  /** The markup within; `id` begins every id that it defines, so that two figures on a page do not meet. */
  readonly body: (id: string) => string;
}

/** A whole SVG document, the same string for the same input. */
export function figure({ width, height, title, description, style, body }: Figure): string {
  checkSize("width", width);
  checkSize("height", height);
  const id = `p300-${hash(`${title}\n${description}\n${body("")}`)}`;
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "p300-plot",
      viewBox: `0 0 ${px(width)} ${px(height)}`,
      width,
      height,
      role: "img",
      "aria-labelledby": `${id}-title ${id}-desc`,
    },
    element("title", { id: `${id}-title` }, escapeText(title) || " ") +
      element("desc", { id: `${id}-desc` }, escapeText(description) || " ") +
      (style ? `<style>${STYLE}</style>` : "") +
      element("rect", { class: "surface", width, height }) +
      body(id),
  );
}

function checkSize(option: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 80 && value <= 20_000))
    throw new OptionError(option, value, "a number of pixels from 80 to 20000");
}

/** FNV-1a, 32 bits: enough to tell the figures of one page apart. */
function hash(text: string): string {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return (state >>> 0).toString(36);
}
