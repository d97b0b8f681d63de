// The accounts: what works and what does not changes by itself.
import { live } from "./desk.js";

live(document.querySelector("[data-events]"), { pause: true, changed: () => undefined });
