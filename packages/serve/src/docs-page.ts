import type { OpenApi } from "./openapi";

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character);

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h2{font-size:1.05rem;margin:2rem 0 .25rem}code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:#f4f5f7;padding:.75rem;overflow:auto;border-radius:6px}
.method{display:inline-block;min-width:3.2rem;font-weight:700}summary{cursor:pointer}
@media (prefers-color-scheme:dark){body{color:#e6e8eb;background:#14171a}pre{background:#20252a}a{color:#8ab4ff}}`;

/** The description as one page that needs nothing else: no script, no font, no CDN. */
export function renderDocs(document: OpenApi): string {
  const sections: string[] = [];
  const base = document.servers[0]?.url === "/" ? "" : (document.servers[0]?.url ?? "");
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(operations)) {
      const { summary, security, requestBody, responses } = operation;
      const example =
        requestBody === undefined
          ? `curl http://HOST${base}${path}`
          : `curl -H 'content-type: application/json' -d '{"features": …}' http://HOST${base}${path}`;
      sections.push(
        `<h2 id="${escapeHtml(operation.operationId)}"><span class="method">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code></h2>`,
        `<p>${escapeHtml(summary)}.${security === undefined ? "" : " Needs the header <code>x-api-key</code>, where keys are configured."}</p>`,
        `<pre>${escapeHtml(example)}</pre>`,
        details("Request body", requestBody),
        details("Answers", responses),
      );
    }
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(document.info.title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(document.info.title)}</h1><p>${escapeHtml(document.info.description)} The same as <a href="openapi.json">openapi.json</a>.</p>
${sections.join("\n")}
</body></html>
`;
}

const details = (title: string, value: unknown): string =>
  value === undefined
    ? ""
    : `<details><summary>${title}</summary><pre>${escapeHtml(JSON.stringify(value, null, 2))}</pre></details>`;
