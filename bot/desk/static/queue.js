// The queue: rows come, move and go by themselves; j and k walk through them.
import { live, onKeys, whisper } from "./desk.js";

const page = document.querySelector("[data-events]");
const queue = document.getElementById("queue");
const title = document.title;

function tellWaiting() {
  const waiting = Number(document.getElementById("summary").dataset.waiting);
  document.title = waiting ? `(${waiting}) ${title}` : title;
}

const links = () => [...queue.querySelectorAll(".row-link")];
const current = () => document.activeElement?.closest?.(".row");

function walk(step) {
  const all = links();
  const at = all.indexOf(current()?.querySelector(".row-link"));
  all[Math.max(0, Math.min(all.length - 1, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))]?.focus();
}

onKeys({
  j: () => walk(1),
  k: () => walk(-1),
  c: () => current()?.querySelector("form[data-act]")?.requestSubmit(),
  r: () => { const row = current(); if (row) location.href = `/desk/cases/${row.dataset.reference}#reply`; },
  n: () => { const row = current(); if (row) location.href = `/desk/cases/${row.dataset.reference}#note`; },
});

live(page, {
  pause: false,
  changed: (added, first) => {
    tellWaiting();
    if (first) return;
    for (const row of added.queue ?? []) row.classList.add("fresh");
    const news = (added.queue ?? []).map((row) => row.dataset.news);
    if (news.length) whisper(news.slice(0, 3).join(". "));
  },
});
tellWaiting();
