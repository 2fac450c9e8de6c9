import { z, type ZodType } from "zod";
import { ErrorAnswer } from "./schemas";
import type { Route } from "./routes";

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly Record<string, readonly string[]>[];
  readonly requestBody?: { readonly required: true; readonly content: Record<string, { readonly schema: object }> };
  readonly responses: Record<string, { readonly description: string; readonly content?: Record<string, object> }>;
}

export interface OpenApi {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: object;
}

const schemaOf = (type: ZodType): object => {
  const { $schema: _, ...schema } = z.toJSONSchema(type);
  return schema;
};

const refused = (description: string) => ({
  description,
  content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
});

/** The routes as an OpenAPI 3.1 document. */
export function openApi(routes: readonly Route[], mountPath: string): OpenApi {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return {
    openapi: "3.1.0",
    info: {
      title: "@p300/serve",
      version: "1",
      description:
        "Champion and challenger of a P300 classifier. A trailing slash matters: /predict/ takes one epoch, /predict many.",
    },
    servers: [{ url: mountPath === "" ? "/" : mountPath }],
    paths,
    components: {
      schemas: { Error: schemaOf(ErrorAnswer) },
      securitySchemes: { apiKey: { type: "apiKey", in: "header", name: "x-api-key" } },
    },
  };
}

function operation({ method, path, summary, guarded, request, response, body, slot }: Route): OpenApiOperation {
  const content = response === undefined ? {} : { content: { "application/json": { schema: schemaOf(response) } } };
  return {
    operationId: `${method}${path.replaceAll("/", "_").replaceAll(/\W/g, "_")}`,
    summary,
    // Without a configured key the header is ignored, hence the empty alternative.
    ...(guarded === true ? { security: [{ apiKey: [] }, {}] } : {}),
    ...(request === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: schemaOf(request) } } } }),
    responses: {
      "200": { description: "OK", ...content },
      ...(body === undefined
        ? {}
        : {
            "400": refused("The body is not what was expected; the error names what came"),
            "413": refused("The body is too large"),
          }),
      ...(guarded === true ? { "401": refused("No or no known API key") } : {}),
      ...(slot === undefined ? {} : { "503": refused("No model is loaded, or too much is in flight") }),
      ...(path.startsWith("/health")
        ? { "503": { description: "No model is loaded, or the process is draining", ...content } }
        : {}),
    },
  };
}
