// Where the visitor writes.

import { say, settings } from "./settings.js";

const DRAFT = `relais/${settings.account}/draft`;
const WARN_FROM = settings.longest - 400;

const form = document.getElementById("composer");
const field = document.getElementById("text");
const send = document.getElementById("send");
const count = document.getElementById("count");

/** Call `onSend(text)` for every text sent. */
export function start(onSend) {
  // What was written before this script was there stays, behind the draft of another time.
  field.value = [recall(), field.value].filter(Boolean).join("\n");
  field.addEventListener("input", refresh);
  field.addEventListener("keydown", (event) => {
    // While an input method composes a character, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isSendable()) return;
    onSend(field.value.trim());
    field.value = "";
    refresh();
    field.focus();
  });
  refresh();
}

/** Put the cursor into the field, except where that would open a keyboard on the screen. */
export function focus() {
  if (matchMedia("(pointer: fine)").matches) field.focus();
}

function refresh() {
  send.disabled = !isSendable();
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
  field.setAttribute("aria-invalid", String(left() < 0));
  count.textContent = advice();
  remember(field.value);
}

const left = () => settings.longest - [...field.value.trim()].length;
const isSendable = () => field.value.trim() !== "" && left() >= 0;

function advice() {
  if (left() < 0) return say("too_long", { count: -left() });
  return field.value.length > WARN_FROM ? say("characters_left", { count: left() }) : "";
}

function recall() {
  try {
    return sessionStorage.getItem(DRAFT) ?? "";
  } catch {
    return ""; // storage is blocked
  }
}

function remember(text) {
  try {
    sessionStorage.setItem(DRAFT, text);
  } catch {
    // storage is blocked: a reload loses the draft, nothing else
  }
}
