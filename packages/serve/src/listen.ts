import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ListenError } from "./errors";
import type { Serving } from "./serving";

/** For `http.createServer(serverOptions, app)`: a caller that dribbles is gone within 25 s, an idle one kept for longer than nginx keeps it (60 s). */
export const serverOptions: ServerOptions = {
  headersTimeout: 15_000,
  requestTimeout: 20_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 75_000,
};

export interface DrainOptions {
  /** The listener stays open for so long, while /health already says 503: load balancers are slow. Default 1000. */
  readonly graceMillis?: number;
  /** Answers in flight get so long after that; then their connections are cut. Default 10000. */
  readonly limitMillis?: number;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Ends in order: refuses health, finishes what is in flight, closes. Called twice, it is the same end. */
  close(options?: DrainOptions): Promise<void>;
}

/** What a server closes with itself. */
interface Served {
  readonly serving: Serving;
  close(): Promise<void>;
}

/** @throws {ListenError} */
export async function listen(
  app: RequestListener,
  served: Served,
  { host, port }: { host: string; port: number },
): Promise<RunningServer> {
  const server = createServer(serverOptions, app);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new ListenError(host, port, error.code ?? error.message, { cause: error })),
    );
    server.listen({ host, port }, resolve);
  });
  const { port: actualPort } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actualPort}`,
    port: actualPort,
    close(options) {
      closing ??= drain(server, sockets, served, options ?? {});
      return closing;
    },
  };
}

const SILENT_MILLIS = 1000;

async function drain(
  server: Server,
  sockets: ReadonlySet<Socket>,
  { serving, close }: Served,
  { graceMillis = 1000, limitMillis = 10_000 }: DrainOptions,
): Promise<void> {
  serving.draining = true; // from here on every answer also says `Connection: close`
  if (graceMillis > 0) await sleep(graceMillis);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // Node takes a connection that has not sent a byte for one in the middle of a request, and would wait for it. Its
  // request may be on the way, though: it gets a moment.
  const cutSilent = setTimeout(
    () => {
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    },
    Math.min(SILENT_MILLIS, limitMillis),
  );
  const cut = setTimeout(() => server.closeAllConnections(), limitMillis);
  await closed;
  clearTimeout(cutSilent);
  clearTimeout(cut);
  await close();
}
