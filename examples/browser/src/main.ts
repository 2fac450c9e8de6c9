import { findRecordings, optionsOf, type Found } from "./jobs";
import type { Answer, Job } from "./messages";

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const drop = byId<HTMLDivElement>("drop");
const input = byId<HTMLInputElement>("files");
const form = byId<HTMLFormElement>("options");
const list = byId<HTMLOListElement>("jobs");
const announcer = byId<HTMLParagraphElement>("status");
const page = byId<HTMLIFrameElement>("page");

/** A recording on the list. */
interface Entry {
  readonly job: Job;
  readonly item: HTMLLIElement;
  readonly state: HTMLSpanElement;
}

const waiting: Entry[] = [];
let running: Entry | null = null;
let nextId = 1;
let worker = startWorker();

function startWorker(): Worker {
  const fresh = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  fresh.addEventListener("message", ({ data }: MessageEvent<Answer>) => receive(data));
  // What no promise caught, such as too little memory: the next recording gets a worker of its own.
  fresh.addEventListener("error", (event) => {
    event.preventDefault();
    worker.terminate();
    worker = startWorker();
    if (running)
      receive({
        id: running.job.id,
        kind: "failed",
        message: `${running.job.name}: the work broke off (${event.message || "out of memory?"})`,
      });
  });
  return fresh;
}

input.addEventListener("change", () => {
  add([...(input.files ?? [])]);
  input.value = ""; // the same file may be chosen again
});
// Anywhere on the page: a file dropped beside the frame would otherwise replace the page.
addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) drop.classList.remove("over");
});
addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  add([...(event.dataTransfer?.files ?? [])]);
});

function add(files: readonly File[]): void {
  const found = findRecordings(files);
  if (found.length === 0) {
    announcer.textContent =
      files.length === 0 ? "No file was given." : "metadata.json alone is no recording: give the recording with it.";
    return;
  }
  for (const recording of found) enqueue(recording, null);
}

function enqueue(recording: Found, sampleRateHz: number | null): void {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.className = "name";
  name.textContent = recording.name;
  const state = document.createElement("span");
  state.className = "state";
  state.textContent = "waiting";
  item.append(name, state);
  list.append(item);
  waiting.push({
    job: { ...recording, id: nextId++, sampleRateHz, options: optionsOf(new FormData(form)) },
    item,
    state,
  });
  startNext();
}

function startNext(): void {
  if (running !== null) return;
  running = waiting.shift() ?? null;
  if (running === null) return;
  announcer.textContent = `${running.job.name}: working`;
  running.state.textContent = "starting";
  running.item.prepend(Object.assign(document.createElement("progress"), { ariaLabel: "working" }));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's messages have none
  worker.postMessage(running.job);
}

function receive(answer: Answer): void {
  const entry = running;
  if (entry === null || entry.job.id !== answer.id) return;
  if (answer.kind === "progress") {
    entry.state.textContent = answer.stage;
    return;
  }
  running = null;
  entry.item.querySelector("progress")?.remove();
  if (answer.kind === "done") finish(entry, answer.html, answer.summary);
  else if (answer.kind === "rate-wanted") askRate(entry, answer.message);
  else {
    announcer.textContent = ""; // the alert is read out by itself
    entry.item.className = "failed";
    entry.state.textContent = answer.message;
    entry.state.setAttribute("role", "alert");
  }
  startNext();
}

function finish({ job, item, state }: Entry, html: string, summary: string): void {
  state.textContent = summary;
  announcer.textContent = `${job.name}: ${summary}`;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Show report";
  const show = (): void => {
    for (const other of list.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-pressed", "true");
    page.title = `Report of ${job.name}`;
    page.srcdoc = html;
    byId("report").hidden = false;
  };
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", show);
  const save = document.createElement("a");
  save.textContent = "Save report";
  save.download = `${job.name.replace(/\.[^.]+$/, "")}-report.html`;
  save.href = URL.createObjectURL(new Blob([html], { type: "text/html" }));
  item.append(button, save);
  show();
}

function askRate({ job, item, state }: Entry, message: string): void {
  state.textContent = message;
  announcer.textContent = message;
  const ask = document.createElement("form");
  const label = document.createElement("label");
  label.textContent = "Sampling rate (Hz) ";
  const rate = Object.assign(document.createElement("input"), {
    type: "number",
    min: "0.001",
    step: "any",
    required: true,
  });
  const go = document.createElement("button");
  go.textContent = "Go on";
  label.append(rate);
  ask.append(label, go);
  ask.addEventListener("submit", (event) => {
    event.preventDefault();
    item.remove();
    enqueue(job, Number(rate.value));
  });
  item.append(ask);
  rate.focus();
}

/** The frame is as high as what it shows: one scroll bar, the page's own. */
page.addEventListener("load", () => {
  const fit = (): void => {
    const inner = page.contentDocument?.documentElement;
    if (inner)
      page.style.height = `${inner.querySelector("main")?.getBoundingClientRect().height ?? inner.scrollHeight}px`;
  };
  fit();
  new ResizeObserver(fit).observe(page);
});
