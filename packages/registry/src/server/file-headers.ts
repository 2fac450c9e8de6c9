import { extname, posix } from "node:path";
import type { ArtifactRange } from "../artifacts/store";

const TYPES: Readonly<Record<string, string>> = {
  ".avif": "image/avif",
  ".bmp": "image/bmp",
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".gif": "image/gif",
  ".gz": "application/gzip",
  ".html": "text/html; charset=utf-8",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".mp3": "audio/mpeg",
  ".mp4": "video/mp4",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".tar": "application/x-tar",
  ".wav": "audio/x-wav",
  ".webm": "video/webm",
  ".webp": "image/webp",
  ".xml": "application/xml",
  ".zip": "application/zip",
};
const TEXTS = new Set(
  ".txt .log .err .cfg .conf .cnf .cf .ini .properties .prop .hocon .toml .yaml .yml .xml .json .js .py .py3 .md .rst .jsonnet .geojson .h .sh .ts".split(
    " ",
  ),
);

/** A type for a file by its name; what a person would read is plain text, as MLflow's page expects. */
export function contentType(path: string): string {
  const name = posix.basename(path);
  const extension = extname(name).toLowerCase();
  if (name === "MLmodel" || name === "MLproject" || TEXTS.has(extension)) return "text/plain; charset=utf-8";
  return TYPES[extension] ?? "application/octet-stream";
}

/** RFC 6266: always a download, never a page of ours; a name beyond ASCII in RFC 5987's form too. */
export function contentDisposition(name: string): string {
  const ascii =
    name
      .normalize("NFKD")
      .replace(/[^\x20-\x7e]/g, "")
      .trim() || "download";
  const plain = /^[\w!#$&+.^`|~-]+$/.test(ascii) ? ascii : `"${ascii.replace(/["\\]/g, "\\$&")}"`;
  if (ascii === name) return `attachment; filename=${plain}`;
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename=${plain}; filename*=UTF-8''${encoded}`;
}

/** One range of bytes with a beginning; anything else is answered with the whole file, as HTTP allows. */
export function parseRange(header: string | undefined): ArtifactRange | undefined {
  const match = /^bytes=(\d{1,15})-(\d{1,15})?$/.exec(header?.trim() ?? "");
  if (!match) return undefined;
  const start = Number(match[1]);
  if (match[2] === undefined) return { start };
  const end = Number(match[2]);
  return end < start ? undefined : { start, end };
}
