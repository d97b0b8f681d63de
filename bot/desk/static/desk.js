// What every page of the desk does: forms without reloading, messages to the agent, keys.
import { follow, tellTimes } from "./live.js";

const words = document.body.dataset;

/** Tell the agent something, in sight and to a screen reader, without taking the focus. */
export function say(text, bad = false) {
  const said = document.getElementById("said");
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = text; });
  const toast = document.createElement("p");
  toast.className = bad ? "toast bad" : "toast";
  toast.textContent = text;
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), bad ? 9000 : 4000);
}

/** Only to a screen reader. */
export function whisper(text) {
  document.getElementById("said").textContent = text;
}

/** Send a form; gives `{told}` or `{error}`. */
export async function send(form, extra = {}) {
  const body = new URLSearchParams({ ...Object.fromEntries(new FormData(form)), ...extra });
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRF-Token": words.csrf },
    });
    return await answer.json();
  } catch {
    return { error: words.failed };
  }
}

async function act(form) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const { told, error } = await send(form);
  form.ariaBusy = "false";
  say(told ?? error, Boolean(error));
  if (told) {
    form.closest("details.fold")?.removeAttribute("open");
    form.querySelectorAll("textarea, input[name^=blank]").forEach((field) => { field.value = ""; });
  }
}

/** Follow the stream of this page. */
export function live(page, { pause, changed }) {
  const offline = document.getElementById("offline");
  follow(page.dataset.events, {
    pause,
    changed,
    connected: (yes) => {
      if (yes && !offline.hidden) whisper(words.online);
      if (!yes) offline.textContent = words.offline;
      offline.hidden = yes;
    },
    over: () => { offline.textContent = words.sessionOver; offline.hidden = false; say(words.sessionOver, true); },
  });
}

const keysOn = () => localStorage.getItem("keys") !== "off";

/** Run `handlers[key]` for a single key pressed outside of fields. */
export function onKeys(handlers) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !keysOn()) return;
    if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog[open]")) return;
    const handler = handlers[event.key];
    if (handler) { event.preventDefault(); handler(event); }
  });
}

function help() {
  const dialog = document.getElementById("keys");
  const toggle = document.getElementById("keys-on");
  toggle.checked = keysOn();
  toggle.onchange = () => localStorage.setItem("keys", toggle.checked ? "on" : "off");
  dialog.showModal();
}

function forgetDrafts() {
  for (const key of Object.keys(localStorage)) if (key.startsWith("draft:")) localStorage.removeItem(key);
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-act]:not(.compose)")) {
    event.preventDefault();
    act(event.target);
  }
  if (event.target.matches("[data-logout]")) forgetDrafts();
});

// A menu closes when one clicks or tabs elsewhere, or presses Escape.
for (const menu of document.querySelectorAll("details.menu")) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { menu.open = false; menu.querySelector("summary").focus(); }
  });
}

const button = document.querySelector("[data-keys]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", help);
  onKeys({ "?": help, "/": () => document.getElementById("q").focus() });
}
tellTimes(document);
