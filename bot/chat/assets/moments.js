// Days and times in the page's language and the visitor's time zone.

import { say, settings } from "./settings.js";

const DAY = 24 * 3600 * 1000;
const hour = new Intl.DateTimeFormat(settings.language, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(settings.language, { weekday: "long", day: "numeric", month: "long" });

/** A `<time>` that shows the hour. */
export function time(date) {
  const element = document.createElement("time");
  element.dateTime = date.toISOString();
  element.textContent = hour.format(date);
  return element;
}

/** The name of a day: today, yesterday, or its date. */
export function dayName(date) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (date >= midnight) return say("today");
  if (date >= midnight - DAY) return say("yesterday");
  const name = day.format(date);
  return name.charAt(0).toUpperCase() + name.slice(1);
}
