// The conversation on the screen.

import { dayName, time } from "./moments.js";
import { say } from "./settings.js";
import { write } from "./text.js";

const NEAR = 96; // pixels from the end that count as "reading along"
const PAUSE = 5 * 60 * 1000; // after which a message says again who wrote it

const log = document.getElementById("log");
const messages = document.getElementById("messages");
const unsent = document.getElementById("unsent");
const newer = document.getElementById("newer");
const who = document.getElementById("who");

let last = null;
let isFollowing = true;
let top = 0;

newer.addEventListener("click", () => {
  log.focus({ preventScroll: true });
  toEnd();
});
log.addEventListener("scroll", look);
new ResizeObserver(follow).observe(log);

/** Append a message of the conversation. */
export function add(message) {
  look(); // a message may come before the event of a scroll that has just been made
  const isWanted = isFollowing || message.author === "customer";
  const date = new Date(message.at);
  if (!last || dayName(last.date) !== dayName(date)) messages.append(daySeparator(date));
  const item = bubble(message, date);
  if (last && last.key === key(message) && date - last.date < PAUSE) item.classList.add("continued");
  messages.append(item);
  last = { date, key: key(message) };
  if (message.author !== "customer") who.textContent = author(message);
  isWanted ? toEnd() : (newer.hidden = false);
}

/** Show a message's new words, or that it was taken back. */
export function change(message) {
  const item = messages.querySelector(`[data-seq="${Number(message.seq)}"]`);
  if (!item) return;
  const changed = bubble(message, new Date(message.at));
  if (item.classList.contains("continued")) changed.classList.add("continued");
  item.replaceWith(changed);
}

/** Show what is not confirmed yet; `onRetry(id)` and `onDiscard(id)` are called from its buttons. */
export function showUnsent(list, { onRetry, onDiscard }) {
  const grew = list.length > unsent.children.length;
  unsent.replaceChildren(...list.map((message) => unsentBubble(message, onRetry, onDiscard)));
  if (grew) toEnd();
}

/** Forget everything shown. */
export function clear() {
  messages.replaceChildren();
  last = null;
  who.textContent = say("assistant");
}

/** Whether what happened so far is still being shown: then nothing is read out. */
export function setBusy(isBusy) {
  log.setAttribute("aria-busy", String(isBusy));
  document.documentElement.classList.toggle("settled", !isBusy);
}

/** Show the end of the conversation; at once, as a slow way there would miss what comes meanwhile. */
export function toEnd() {
  newer.hidden = true;
  isFollowing = true;
  log.scrollTop = log.scrollHeight;
  top = log.scrollTop;
}

/** Keep the end in view after something around the log changed its size, unless the reader went back. */
export function follow() {
  if (isFollowing) toEnd();
}

/** How the author of a message is called. */
export function author(message) {
  if (message.author === "customer") return say("you");
  if (message.author === "bot") return say("assistant");
  return message.name ? say("agent", { name: message.name }) : say("care");
}

/** See whether the reader follows the conversation or went back. */
function look() {
  // Only the reader scrolls up: what scrolls down may be the page that follows the conversation.
  if (isAtEnd()) isFollowing = true;
  else if (log.scrollTop < top) isFollowing = false;
  if (isFollowing) newer.hidden = true;
  top = log.scrollTop;
}

const key = (message) => `${message.author}/${message.name}`;
const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;

function bubble(message, date) {
  const item = element("li", `message ${message.author}`);
  item.dataset.seq = message.seq;
  const text = element("div", message.deleted ? "text gone" : "text");
  message.deleted ? (text.textContent = say("deleted")) : write(text, message.text);
  text.dir = "auto";
  const meta = element("div", "meta");
  meta.append(time(date));
  if (message.edited && !message.deleted) meta.append(` · ${say("edited")}`);
  if (message.author === "customer") meta.append(state("sent"));
  item.append(byline(message), text, meta);
  return item;
}

function unsentBubble(message, onRetry, onDiscard) {
  const item = element("li", `message customer unsent ${message.state}`);
  const text = element("div", "text");
  write(text, message.text);
  text.dir = "auto";
  const meta = element("div", "meta");
  meta.append(time(new Date(message.at)), state(message.state));
  if (message.state === "failed") {
    meta.append(button(say("retry"), () => onRetry(message.id)));
    meta.append(button(say("discard"), () => onDiscard(message.id)));
  }
  item.append(byline({ author: "customer" }), text, meta);
  return item;
}

function byline(message) {
  const line = element("div", "byline");
  line.textContent = author(message);
  // Read out between the name and the words; not shown.
  line.append(element("span", "unseen", " : "));
  return line;
}

function state(name) {
  return element("span", `state ${name}`, say(name));
}

function daySeparator(date) {
  return element("li", "day", dayName(date));
}

function button(title, act) {
  const made = element("button", "link", title);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}
