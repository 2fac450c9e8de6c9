import { defineConfig, type Plugin } from "vite";

/** The built page may load its own files and nothing else, and send nothing anywhere: what is dropped on it stays there.
 * `wasm-unsafe-eval` lets decompressors and kernels run, which are WebAssembly. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const policy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
  ],
};

export default defineConfig({
  base: "./", // the page may lie under any path
  plugins: [policy],
  worker: { format: "es" },
  build: { target: "es2022", modulePreload: false },
});
