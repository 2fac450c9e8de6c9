import { divergingPalette, paletteIndex } from "./colours";
import { pngDataUri } from "./png";
import { formatTick, niceTicks } from "./scales";
import { element, label, px } from "./svg";

interface ColourBar {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  /** The colours reach from -limit to limit. */
  readonly limit: number;
  readonly unit: string;
}

/** An upright bar of the colours with ticks, symmetric about 0. */
export function drawColourBar({ x, y, height, limit, unit }: ColourBar): string {
  const n = 101;
  const pixels = Uint8Array.from({ length: n }, (_, i) => paletteIndex(1 - (2 * i) / (n - 1), 1));
  const ticks = niceTicks({ from: -limit, to: limit }, Math.max(2, Math.min(6, Math.round(height / 34))));
  let body = element("image", {
    x,
    y,
    width: 12,
    height,
    preserveAspectRatio: "none",
    href: pngDataUri(pixels, 1, n, divergingPalette()),
  });
  let marks = "";
  for (const value of ticks.values) {
    const at = y + ((limit - value) / (2 * limit)) * height;
    marks += `M${px(x + 12)} ${px(at)}h3`;
    body += label(x + 18, at + 4, formatTick(value, ticks.step), { class: "tick small" });
  }
  return (
    body +
    element("path", { class: "axis", d: marks || "M0 0" }) +
    label(x + 6, y - 6, unit, { class: "tick small", "text-anchor": "middle" })
  );
}
