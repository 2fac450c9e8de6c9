import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const DAY_SECONDS = 86_400;

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signs and checks the API's tokens: JWT, HS512, with a secret that lives as long as this process. */
export class TokenSigner {
  readonly #secret: Buffer;

  constructor(secret: Buffer = randomBytes(64)) {
    this.#secret = secret;
  }

  sign(user: string, role: string, nowMillis: number): string {
    const now = Math.floor(nowMillis / 1000);
    const claims = { sub: user, role, aud: "apache-airflow", iat: now, nbf: now, exp: now + DAY_SECONDS };
    const content = `${base64url({ alg: "HS512", typ: "JWT" })}.${base64url(claims)}`;
    return `${content}.${this.#mac(content).toString("base64url")}`;
  }

  /** The claims of a token that this server signed and that is not over; null otherwise. */
  verify(token: string, nowMillis: number): { sub: string; role: string } | null {
    const [header, claims, mac, ...rest] = token.split(".");
    if (header === undefined || claims === undefined || mac === undefined || rest.length > 0) return null;
    const expected = this.#mac(`${header}.${claims}`);
    const given = Buffer.from(mac, "base64url");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const { sub, role, exp } = JSON.parse(Buffer.from(claims, "base64url").toString()) as {
      sub: string;
      role: string;
      exp: number;
    };
    return exp * 1000 > nowMillis ? { sub, role } : null;
  }

  #mac(content: string): Buffer {
    return createHmac("sha512", this.#secret).update(content).digest();
  }
}
