// A case: the conversation grows, drafts are kept, colleagues see who looks and who writes.
import { live, onKeys, say, send, whisper } from "./desk.js";

const page = document.querySelector("[data-case]");
const words = document.body.dataset;
const talk = document.querySelector(".talk");
const address = `/desk/cases/${page.dataset.case}`;

// --- the conversation -------------------------------------------------------------------
const scroller = () => (getComputedStyle(talk).overflowY === "auto" ? talk : document.scrollingElement);
const atEnd = () => scroller().scrollHeight - scroller().scrollTop - scroller().clientHeight < 120;
const toEnd = () => { scroller().scrollTop = scroller().scrollHeight; };
let follows = true;
(scroller() === talk ? talk : document).addEventListener("scroll", () => { follows = atEnd(); }, { passive: true });

// --- presence ---------------------------------------------------------------------------
const EVERY = 20000;
const TYPING = 3000;
let typed = 0;

function tell(doing) {
  return fetch(`${address}/presence`, {
    method: "POST",
    keepalive: true,
    headers: { Accept: "application/json", "X-CSRF-Token": words.csrf },
    body: new URLSearchParams({ doing }),
  }).catch(() => undefined);
}

function heartbeat() { if (!document.hidden) tell("looking"); }

function typing() {
  const now = Date.now();
  if (now - typed > TYPING) { typed = now; tell("typing"); }
}

setInterval(heartbeat, EVERY);
document.addEventListener("visibilitychange", () => tell(document.hidden ? "leaving" : "looking"));
addEventListener("pagehide", () => tell("leaving"));

// --- writing ----------------------------------------------------------------------------
const key = (field) => `draft:${page.dataset.case}:${field.dataset.draft}`;
const fields = () => document.querySelectorAll("[data-draft]");

function keep(field) {
  if (field.value) localStorage.setItem(key(field), field.value);
  else localStorage.removeItem(key(field));
}

// What was written before this script was there stays, behind the draft of another time.
function restore(field) {
  const draft = localStorage.getItem(key(field));
  if (draft && draft !== field.value) field.value = field.value ? `${draft}\n${field.value}` : draft;
  keep(field);
}

function mode(name) {
  const radio = document.querySelector(`[name="mode"][value="${name}"]`);
  radio.checked = true;
  document.getElementById(`${name}-text`).focus();
}

async function submit(form) {
  if (form.ariaBusy === "true" || form.querySelector("button[type=submit]:disabled")) return;
  const field = form.querySelector("textarea");
  const problem = form.querySelector(".compose-error");
  const text = field.value;
  form.ariaBusy = "true";
  problem.textContent = "";
  const { told, error } = await send(form);
  form.ariaBusy = "false";
  if (error) { problem.textContent = error; return; }
  say(told);
  // What was typed while the reply went off stays.
  field.value = field.value === text ? "" : field.value.replace(text, "");
  localStorage.removeItem(key(field));
  showLength();
  form.elements.token.value = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
  tell("looking");
  follows = true;
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".compose")) return;
  event.preventDefault();
  submit(event.target);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".compose");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  if (form && event.key === "Escape") event.target.blur();
});

// How long the text is for the platform: only the server counts as that does.
const PAUSE = 250;
let measured = 0;
let timer = 0;

function showLength() {
  clearTimeout(timer);
  timer = setTimeout(measure, PAUSE);
}

async function measure() {
  const form = document.getElementById("reply-form");
  const counter = form.querySelector(".counter");
  const target = form.querySelector("[name=conversation]:checked");
  const text = form.elements.text.value;
  // Nothing counts for more than four of what the browser counts, but for links that are very short.
  if (!target || text.length * 4 < Number(target.dataset.most)) { counter.hidden = true; return; }
  const turn = ++measured;
  const body = new URLSearchParams({ text, conversation: target.value });
  const headers = { Accept: "application/json", "X-CSRF-Token": words.csrf };
  const answer = await fetch(counter.dataset.measure, { method: "POST", headers, body }).catch(() => undefined);
  if (turn !== measured || !answer?.ok) return;
  const { told, over } = await answer.json();
  if (over && !counter.classList.contains("over")) whisper(told);
  counter.textContent = told;
  counter.classList.toggle("over", over);
  counter.hidden = false;
}

// What an approved text reads with what fills its blanks.
function preview(form) {
  const text = form.querySelector("[data-text]");
  text.textContent = text.dataset.text.replace(/\{(\d+)\}/g, (blank, n) => form.elements[`blank${n}`].value.trim() || blank);
}

document.addEventListener("input", (event) => {
  const approved = event.target.closest?.("[data-approved]");
  if (approved) preview(approved);
  const field = event.target.closest?.("[data-draft]");
  if (!field) return;
  if (field.dataset.draft === "reply") showLength();
  keep(field);
  field.form.querySelector(".compose-error").textContent = "";
  if (field.dataset.draft === "reply") typing();
});

document.addEventListener("change", (event) => { if (event.target.name === "conversation") showLength(); });

const unsent = document.getElementById("unsent");
if (unsent) document.getElementById("reply-text").value = unsent.dataset.text;
fields().forEach(restore);
if (location.hash === "#reply") mode("reply");
if (location.hash === "#note") mode("note");

onKeys({
  c: () => document.querySelector("form[data-act='claim'], form[data-act='reopen']")?.requestSubmit(),
  r: () => mode("reply"),
  n: () => mode("note"),
  u: () => document.querySelector("[data-back]").click(),
});

// One unfolded action at a time, where the browser does not see to it itself.
document.getElementById("acts").addEventListener("toggle", (event) => {
  if (!event.target.open) return;
  for (const fold of document.querySelectorAll("#acts details[open]")) if (fold !== event.target) fold.open = false;
}, true);

heartbeat();
showLength();
toEnd();
live(page, {
  pause: true,
  changed: (added, first) => {
    document.querySelectorAll("[data-approved]").forEach(preview);
    showLength();
    const fresh = added.messages ?? [];
    if (first && !fresh.length) return;
    if (!first && fresh.some((item) => item.dataset.author === "customer")) whisper(page.dataset.newMessage);
    for (const item of fresh) item.classList.add("fresh");
    if (fresh.length && follows) toEnd();
  },
});
