import { TokenBody } from "../bodies";
import type { ApiContext } from "../context";
import { badRequest, parseBody } from "../http-error";
import type { Route } from "../route";

/** Tokens, for clients that want one. Everyone who reaches a loopback server is its admin, so any name and password will do. */
export const authRoutes: readonly Route<ApiContext>[] = [
  ...["/auth/token", "/auth/token/cli"].map((path): Route<ApiContext> => ({
    method: "post",
    path,
    operation: "create_token",
    handle: ({ body }, { tokens, clock }) => {
      const { username, password } = parseBody(TokenBody, body);
      if (username === "" || password === "") throw badRequest("Username and password must be provided");
      return { status: 201, body: { access_token: tokens.sign(username, "admin", clock()) } };
    },
  })),
  {
    method: "get",
    path: "/auth/token",
    operation: "create_token_all_admins",
    handle: (_call, { tokens, clock }) => ({
      status: 201,
      body: { access_token: tokens.sign("Anonymous", "admin", clock()) },
    }),
  },
];
