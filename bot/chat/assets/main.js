// The chat page: joins the stream of events, the messages not sent yet, and the screen.

import * as composer from "./composer.js";
import * as frame from "./frame.js";
import * as log from "./log.js";
import * as replies from "./replies.js";
import { say, settings } from "./settings.js";
import { Stream } from "./stream.js";
import { Unsent } from "./unsent.js";

const title = document.title;
const connection = document.getElementById("connection");
const typing = document.getElementById("typing");
const typingText = document.getElementById("typing-text");

let isReady = false;
let unseen = 0;
let isBlocked = false;
let stateTimer = 0;

const unsent = new Unsent({
  changed: showUnsent,
  newVisitor() {
    // The page's cookie got lost: with this message another conversation has begun.
    forget();
    stream.reset();
  },
});

const stream = new Stream({
  message(message) {
    if (message.author === "customer") {
      unsent.confirm(message.client_message_id);
      replies.hide();
    } else {
      if (isReady) notify();
      replies.show(message.buttons, (button) => speak(button.title, button.payload));
    }
    log.add(message);
  },
  changed: log.change,
  reset: forget,
  typing: ({ author }) => showTyping(author),
  ready(data) {
    // The page came with a cookie; it is not sent back where the browser blocks it.
    if (!isReady && data.new_visitor) showBlocked();
    isReady = true;
    log.setBusy(false);
  },
  state(isConnected) {
    clearTimeout(stateTimer);
    if (isConnected) {
      unsent.send();
      return showBar("");
    }
    showTyping(null);
    // A connection that is back in a moment is not worth a word.
    stateTimer = setTimeout(() => showBar(say(navigator.onLine ? "connecting" : "offline")), 1_000);
  },
});

function speak(text, payload) {
  replies.hide();
  unsent.add(text, payload);
  composer.focus();
}

function showUnsent(list) {
  log.showUnsent(list, {
    onRetry: (id) => unsent.retry(id),
    onDiscard: (id) => unsent.confirm(id),
  });
}

function forget() {
  log.clear();
  replies.hide();
}

function showTyping(author) {
  typing.hidden = !author;
  typingText.textContent = author ? say(`typing_${author}`) : "";
  log.follow();
}

function showBar(text) {
  if (isBlocked) return;
  connection.replaceChildren(text);
  connection.hidden = !text;
}

function showBlocked() {
  showBar(say("no_cookies"));
  if (settings.embedded) connection.append(" ", linkApart());
  isBlocked = true;
}

function linkApart() {
  const link = document.createElement("a");
  link.href = `/chat?account=${settings.account}&lang=${settings.language}`;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = say("open_apart");
  return link;
}

function notify() {
  frame.count();
  if (!document.hidden) return;
  unseen += 1;
  document.title = `(${unseen}) ${title}`;
}

function fitKeyboard() {
  // A keyboard on the screen covers the page on some phones instead of shrinking it.
  const { height, offsetTop } = window.visualViewport;
  document.documentElement.style.setProperty("--height", `${height}px`);
  document.documentElement.style.setProperty("--offset", `${offsetTop}px`);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = title;
});
window.visualViewport?.addEventListener("resize", fitKeyboard);
window.visualViewport?.addEventListener("scroll", fitKeyboard);

addEventListener("offline", () => showBar(say("offline")));

composer.start((text) => speak(text));
if (settings.embedded) frame.start(() => composer.focus());
else composer.focus();
showUnsent(unsent.messages);
stream.connect();
unsent.send();
