// What the visitor wrote and the server has not confirmed yet. It survives a reload, and is sent
// under the same id until it is confirmed, so that nothing is lost or doubled.

import { address, settings } from "./settings.js";

const PREFIX = `relais/${settings.account}/unsent/`;
const PROBE = `relais/${settings.account}/probe`;
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 30_000;
const PATIENCE = 15_000;

export class Unsent {
  /** `on.changed(list)` shows the messages; `on.newVisitor()` says that the conversation began anew. */
  constructor(on) {
    this.on = on;
    this.shelf = openShelf();
    this.messages = this.shelf.load();
    this.sending = false;
    this.delay = FIRST_DELAY;
    this.timer = 0;
    addEventListener("online", () => this.send());
    addEventListener("storage", (event) => event.key?.startsWith(PREFIX) && this.reload());
  }

  /** Take a message in; `payload` is that of a pressed button. */
  add(text, payload) {
    const message = { id: newId(), at: Date.now(), text, payload, state: "sending" };
    this.messages.push(message);
    this.shelf.keep(message);
    this.on.changed(this.messages);
    this.send();
  }

  /** The server confirmed a message: it is part of the conversation now. */
  confirm(id) {
    const before = this.messages.length;
    this.messages = this.messages.filter((message) => message.id !== id);
    this.shelf.drop(id);
    if (this.messages.length !== before) this.on.changed(this.messages);
  }

  /** Send one that had failed again. */
  retry(id) {
    this.mark(this.messages.find((message) => message.id === id), "sending");
    this.send();
  }

  /** Send what waits, one after the other, in order. */
  async send() {
    clearTimeout(this.timer);
    if (this.sending) return;
    this.sending = true;
    try {
      for (let next; (next = this.messages.find(isWaiting)); ) {
        if (!(await this.attempt(next))) break;
      }
    } finally {
      this.sending = false;
    }
  }

  async attempt(message) {
    this.mark(message, "sending");
    const answer = await post(message);
    if (answer?.ok) return this.accepted(message, await answer.json());
    if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
      this.mark(message, "failed");
      return true;
    }
    this.mark(message, "waiting");
    this.later(Number(answer?.headers.get("Retry-After")) * 1000);
    return false;
  }

  accepted(message, receipt) {
    this.delay = FIRST_DELAY;
    this.shelf.drop(message.id);
    this.mark(message, "sent");
    if (receipt.new_visitor) this.on.newVisitor();
    return true;
  }

  later(wish) {
    const wait = wish || this.delay * (0.5 + Math.random() / 2);
    this.timer = setTimeout(() => this.send(), wait);
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY);
  }

  mark(message, state) {
    if (!message || message.state === state) return;
    message.state = state;
    if (state === "failed") this.shelf.keep(message);
    this.on.changed(this.messages);
  }

  /** Another tab took a message in, or had it confirmed. */
  reload() {
    const kept = this.shelf.load();
    const ids = new Set(kept.map((message) => message.id));
    const known = new Map(this.messages.map((message) => [message.id, message]));
    const mine = this.messages.filter((message) => message.state === "sent" && !ids.has(message.id));
    this.messages = [...mine, ...kept.map((message) => known.get(message.id) ?? message)];
    this.on.changed(this.messages);
  }
}

const isWaiting = (message) => message.state === "sending" || message.state === "waiting";

async function post({ id, text, payload }) {
  try {
    return await fetch(address("/chat/messages"), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ client_message_id: id, text, payload, language: settings.language }),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return null; // no answer: it may have arrived, and is sent again under the same id
  }
}

function newId() {
  // Not crypto.randomUUID: it is missing on plain HTTP.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Where messages survive a reload: one key each, so that two tabs never overwrite each other. */
function openShelf() {
  try {
    localStorage.setItem(PROBE, "");
    localStorage.removeItem(PROBE);
  } catch {
    return { load: () => [], keep() {}, drop() {} }; // storage is blocked or full
  }
  return {
    load: () =>
      Object.keys(localStorage)
        .filter((key) => key.startsWith(PREFIX))
        .map((key) => JSON.parse(localStorage.getItem(key)))
        .sort((one, other) => one.at - other.at),
    keep: (message) => localStorage.setItem(PREFIX + message.id, JSON.stringify(message)),
    drop: (id) => localStorage.removeItem(PREFIX + id),
  };
}
