// What was set aside: rows come and go by themselves.
import { live, whisper } from "./desk.js";

live(document.querySelector("[data-events]"), {
  pause: true,
  changed: (added, first) => {
    const rows = first ? [] : (added.aside ?? []);
    for (const row of rows) row.classList.add("fresh");
    if (rows.length) whisper(rows.slice(0, 3).map((row) => row.dataset.news).join(". "));
  },
});
