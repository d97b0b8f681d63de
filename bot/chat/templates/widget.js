// Puts a chat with {{ brand }} on a page:
//
//   <script src=".../chat/widget.js" async></script>
//
// Attributes of the script: data-lang (a language of the chat; else that of the page).
// An element with the attribute data-relais-open opens the chat too.
(() => {
  "use strict";

  const config = {{ {"account": account, "brand": brand, "colour": colour, "on": on_colour, "languages": languages, "words": words} | tojson }};
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const language = chooseLanguage();

  const STYLE = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    button {
      position: fixed; right: max(20px, env(safe-area-inset-right)); bottom: max(20px, env(safe-area-inset-bottom));
      z-index: 2147483000; width: 60px; height: 60px; padding: 0; border: 0; border-radius: 50%; cursor: pointer;
      background: ${config.colour}; color: ${config.on};
      box-shadow: 0 6px 24px rgb(0 0 0 / .22), 0 1px 4px rgb(0 0 0 / .14); transition: transform .18s, box-shadow .18s;
    }
    button:hover { transform: translateY(-2px); box-shadow: 0 10px 30px rgb(0 0 0 / .26); }
    button:focus-visible { outline: 3px solid ${config.colour}; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
    button .cross, button[aria-expanded="true"] .bubble { display: none; }
    button[aria-expanded="true"] .cross { display: inline; }
    .badge {
      position: absolute; top: -2px; right: -2px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px;
      background: #c8102e; color: #fff; font: 600 12px/22px system-ui, sans-serif; text-align: center;
    }
    .panel {
      position: fixed; right: max(20px, env(safe-area-inset-right)); bottom: calc(max(20px, env(safe-area-inset-bottom)) + 76px);
      z-index: 2147483000; width: min(400px, calc(100vw - 40px)); height: min(680px, calc(100dvh - 120px));
      border-radius: 22px; overflow: hidden; background: Canvas; color-scheme: light dark;
      box-shadow: 0 24px 70px rgb(0 0 0 / .28), 0 2px 10px rgb(0 0 0 / .12); transform-origin: 100% 100%;
      animation: open .22s cubic-bezier(.2, .9, .3, 1);
    }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    [hidden] { display: none !important; }
    @keyframes open { from { opacity: 0; transform: translateY(12px) scale(.97); } }
    @media (max-width: 520px), (max-height: 480px) {
      .panel { inset: 0; width: 100%; height: 100%; height: 100dvh; border-radius: 0; }
      .panel:not([hidden]) + button { display: none; }
    }
    @media (prefers-reduced-motion: reduce) { *, button:hover { animation: none; transition: none; transform: none; } }
    @media print { :host { display: none; } }
  `;

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const panel = element("div", { class: "panel", role: "dialog", id: "panel", "aria-label": say("widget_panel"), hidden: "" });
  const launcher = element("button", { type: "button", "aria-expanded": "false", "aria-controls": "panel" });
  const badge = element("span", { class: "badge", "aria-hidden": "true", hidden: "" });
  let port = null;

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  launcher.append(
    icon("bubble", "M12 3.5c5 0 9 3.4 9 7.700s-4 7.700-9 7.700c-1 0-2-.15-2.900-.4L4.500 20.500l1-3.800C3.900 15.300 3 13.400 3 11.200 3 6.900 7 3.500 12 3.500zM8 11.200h.01M12 11.200h.01M16 11.200h.01"),
    icon("cross", "M6 6l12 12M18 6L6 18"),
    badge,
  );
  launcher.addEventListener("click", () => (panel.hidden ? open() : close()));
  root.addEventListener("keydown", (event) => event.key === "Escape" && !panel.hidden && close());
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-relais-open]")) return;
    event.preventDefault();
    open();
  });
  root.append(panel, launcher);
  tellUnread(0);
  if (document.body) document.body.append(host);
  else addEventListener("DOMContentLoaded", () => document.body.append(host));

  function open() {
    // Nothing is loaded, and no cookie set, before the visitor wants to talk.
    const frame = panel.firstChild ?? panel.appendChild(makeFrame());
    panel.hidden = false;
    launcher.setAttribute("aria-expanded", "true");
    tellUnread(0);
    frame.focus();
    port?.postMessage("shown");
  }

  function close() {
    panel.hidden = true;
    launcher.setAttribute("aria-expanded", "false");
    tellUnread(0);
    port?.postMessage("hidden");
    launcher.focus();
  }

  function makeFrame() {
    const query = new URLSearchParams({ account: config.account, embedded: "1", lang: language });
    const frame = element("iframe", { title: say("widget_panel"), src: `${home}/chat?${query}` });
    frame.addEventListener("load", () => {
      const channel = new MessageChannel();
      port = channel.port1;
      port.onmessage = ({ data }) => (data.close ? close() : tellUnread(data.unread));
      frame.contentWindow.postMessage("relais", home, [channel.port2]);
      port.postMessage(panel.hidden ? "hidden" : "shown");
    });
    return frame;
  }

  function tellUnread(count) {
    badge.hidden = !count;
    badge.textContent = count;
    const open = !panel.hidden;
    launcher.setAttribute("aria-label", say(open ? "widget_close" : count ? "widget_unread" : "widget_open", count));
  }

  function say(name, count) {
    return config.words[name][language].replace("{brand}", config.brand).replace("{count}", count);
  }

  function chooseLanguage() {
    const wishes = [script.dataset.lang, document.documentElement.lang, ...navigator.languages];
    const known = wishes.filter(Boolean).map((wish) => wish.toLowerCase().split("-")[0]);
    return known.find((wish) => config.languages.includes(wish)) ?? config.languages[0];
  }

  function element(name, attributes) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function icon(name, path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("class", name);
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }
})();
