import { renderDocs } from "../docs-page";
import { openApi } from "../openapi";
import type { Answer, Call, Route } from "../routes";

export function openApiDocument(call: Call, routes: readonly Route[]): Answer {
  return { status: 200, body: openApi(routes, call.mountPath) };
}

export function docsPage(call: Call, routes: readonly Route[]): Answer {
  return {
    status: 200,
    body: renderDocs(openApi(routes, call.mountPath)),
    contentType: "text/html; charset=utf-8",
    // Nothing from elsewhere, no script: the page is text.
    headers: { "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'" },
  };
}
