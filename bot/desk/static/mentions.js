// Mentions: rows come and go by themselves; j and k walk through them.
import { live, onKeys, whisper } from "./desk.js";

const list = document.getElementById("mentions");
const rows = () => [...list.querySelectorAll(".mention")];
const current = () => document.activeElement?.closest?.(".mention");
// Where one was before the row went away under one's hands.
let place = -1;

function walk(step) {
  const all = rows();
  const at = all.indexOf(current());
  all[Math.max(0, Math.min(all.length - 1, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))]?.focus();
}

const submit = (name) => current()?.querySelector(`form[data-do="${name}"]`)?.requestSubmit();

onKeys({
  j: () => walk(1),
  k: () => walk(-1),
  a: () => submit("answer"),
  d: () => submit("dismiss"),
  o: () => current()?.querySelector("[data-post]")?.click(),
});

list.addEventListener("focusin", () => { place = rows().indexOf(current()); });
list.addEventListener("focusout", (event) => { if (event.relatedTarget) place = -1; });

live(document.querySelector("[data-events]"), {
  pause: true,
  changed: (added, first) => {
    if (place >= 0 && document.activeElement === document.body) rows()[Math.min(place, rows().length - 1)]?.focus();
    const fresh = first ? [] : (added.mentions ?? []);
    for (const row of fresh) row.classList.add("fresh");
    if (fresh.length) whisper(fresh.slice(0, 3).map((row) => row.dataset.news).join(". "));
  },
});
