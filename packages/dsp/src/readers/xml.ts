import type { Refuse } from "./bytes";

/** An element of a small XML text: its name, its own text, its children. Attributes are left out: XDF has none. */
export interface XmlElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

const unescape = (text: string): string =>
  text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/** Parses the XML of a header: elements, text, entities, comments, CDATA. No document types, so nothing can expand. */
export function parseXml(text: string, refuse: Refuse): XmlElement {
  const root: XmlElement = { name: "", text: "", children: [] };
  const open: XmlElement[] = [root];
  let at = 0;
  while (at < text.length) {
    const tag = text.indexOf("<", at);
    const end = tag < 0 ? text.length : tag;
    open.at(-1)!.text += unescape(text.slice(at, end));
    if (tag < 0) break;
    at = tag;
    const skipTo = (mark: string): number => {
      const found = text.indexOf(mark, at);
      return found < 0 ? refuse(`has XML that breaks off after ${JSON.stringify(text.slice(at, at + 30))}`) : found;
    };
    if (text.startsWith("<!--", at)) at = skipTo("-->") + 3;
    else if (text.startsWith("<![CDATA[", at)) {
      const close = skipTo("]]>");
      open.at(-1)!.text += text.slice(at + 9, close);
      at = close + 3;
    } else if (text.startsWith("<?", at)) at = skipTo("?>") + 2;
    else if (text.startsWith("<!", at)) return refuse("has XML with a document type, which is not read");
    else {
      const close = skipTo(">");
      const inner = text.slice(at + 1, close).trim();
      at = close + 1;
      if (inner.startsWith("/")) {
        const name = inner.slice(1).trim();
        if (open.length < 2 || open.at(-1)!.name !== name)
          return refuse(`has XML that closes <${name.slice(0, 40)}> out of turn`);
        open.pop();
        continue;
      }
      const element: XmlElement = { name: /^[^\s/]*/.exec(inner)![0], text: "", children: [] };
      open.at(-1)!.children.push(element);
      if (!inner.endsWith("/")) open.push(element);
      if (open.length > 100) return refuse("has XML nested beyond 100 levels");
    }
  }
  if (open.length > 1) return refuse(`has XML that never closes <${open.at(-1)!.name.slice(0, 40)}>`);
  return root;
}

/** The element at a path of names, the first of each. */
export function findXml(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let here = element;
  for (const name of path) here = here?.children.find((child) => child.name === name);
  return here;
}

export const textAt = (element: XmlElement | undefined, ...path: readonly string[]): string =>
  findXml(element, ...path)?.text.trim() ?? "";
