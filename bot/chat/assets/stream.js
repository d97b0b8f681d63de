// The conversation as it grows: server-sent events, resumed after whatever interrupts them.
//
// EventSource hides the heartbeat and the status, and never notices a connection that died in
// silence; so the stream is read with fetch.

import { address } from "./settings.js";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
// The server says something every 15 seconds at least.
const LONGEST_SILENCE = 35_000;

export class Stream {
  /** `on` has a function per event of the server, and `state(connected)`. */
  constructor(on) {
    this.on = on;
    this.position = 0;
    this.delay = FIRST_DELAY;
    this.attempt = null;
    this.timer = 0;
    addEventListener("online", () => this.connect());
    addEventListener("pageshow", (event) => event.persisted && this.connect());
    document.addEventListener("visibilitychange", () => this.wake());
  }

  /** Connect, or connect anew, asking for what came after the last message seen. */
  async connect() {
    clearTimeout(this.timer);
    this.attempt?.abort();
    const attempt = new AbortController();
    this.attempt = attempt;
    try {
      await this.read(attempt);
    } catch {
      // Whatever it was: the way out is to connect again.
    }
    if (this.attempt === attempt) this.retry();
  }

  /** Forget the conversation: it was another visitor's. */
  reset() {
    this.position = 0;
    this.connect();
  }

  retry() {
    this.on.state(false);
    const jitter = 0.5 + Math.random() / 2;
    this.timer = setTimeout(() => this.connect(), this.delay * jitter);
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY);
  }

  wake() {
    const waits = document.visibilityState === "visible" && this.delay > FIRST_DELAY;
    if (waits) this.connect();
  }

  async read(attempt) {
    const url = address("/chat/events", { after: this.position });
    let silence = this.expect(attempt);
    try {
      const response = await fetch(url, { signal: attempt.signal, cache: "no-store" });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = this.expect(attempt);
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        blocks.forEach((block) => this.take(block));
      }
    } finally {
      clearTimeout(silence);
    }
  }

  expect(attempt) {
    return setTimeout(() => attempt.abort(), LONGEST_SILENCE);
  }

  take(block) {
    const fields = Object.fromEntries(
      block.split("\n").map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
      }),
    );
    if (!fields.event) return;
    const data = JSON.parse(fields.data);
    if (fields.event === "ready") this.connected();
    if (fields.event === "reset") this.position = 0;
    // A message is told once, whatever was asked for twice.
    if (fields.event === "message" && data.seq <= this.position) return;
    if (fields.event === "message") this.position = data.seq;
    this.on[fields.event]?.(data);
  }

  connected() {
    this.delay = FIRST_DELAY;
    this.on.state(true);
  }
}
