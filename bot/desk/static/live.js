// Keeps a page as the server says it is. What did not change stays untouched: focus, selection,
// what was typed, what was unfolded.

/** Make `old` look like `fresh`, keeping every element that both have. */
export function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  for (const { name } of [...old.attributes]) {
    // Whether something is unfolded belongs to whoever reads the page.
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((node, place) => morphNode(old, before[place], node));
  before.slice(after.length).forEach((node) => node.remove());
}

function morphNode(parent, old, fresh) {
  if (!old) parent.append(fresh);
  else if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.id !== fresh.id) old.replaceWith(fresh);
  else if (old.nodeType === Node.TEXT_NODE) { if (old.data !== fresh.data) old.data = fresh.data; }
  else if (old.nodeType === Node.ELEMENT_NODE) morph(old, fresh);
}

/** An element from HTML that our server rendered and escaped. */
function element(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  tellTimes(box.content);
  return box.content.firstElementChild;
}

function applyList(list, items) {
  const added = [];
  const wanted = new Set(items.map(([id]) => id));
  for (const child of [...list.children]) if (!wanted.has(child.id)) child.remove();
  items.forEach(([id, html], place) => {
    let item = document.getElementById(id);
    if (!item && html === null) return;
    if (!item) { item = element(html); added.push(item); }
    else if (html !== null) morph(item, element(html));
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  });
  return added;
}

/** Apply what a stream sent; returns the new items of each list. */
function apply({ parts, lists }) {
  const added = {};
  for (const [id, html] of Object.entries(parts)) {
    const old = document.getElementById(id);
    if (old) morph(old, element(html));
  }
  for (const [name, items] of Object.entries(lists)) {
    const list = document.querySelector(`[data-list="${name}"]`);
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    added[name] = applyList(list, items);
    // Moving an element takes its focus away.
    if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }
  return added;
}

const tongue = document.documentElement.lang;
// The reader's own variety of the page's language knows whether clocks have 12 or 24 hours.
const locale = navigator.languages.find((name) => name.split("-")[0] === tongue) ?? tongue;

/** Show moments in the reader's own time zone. */
export function tellTimes(root) {
  const today = new Date().toDateString();
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const day = at.toDateString() === today ? {} : { day: "numeric", month: "short" };
    time.textContent = at.toLocaleString(locale, { ...day, hour: "2-digit", minute: "2-digit" });
    time.title = at.toLocaleString(locale, { dateStyle: "full", timeStyle: "medium" });
  }
}

// The server says something every ten seconds; after this many milliseconds it is gone.
const SILENCE = 35000;

/**
 * Follow a stream. With `pause` it rests while the page is hidden: browsers open only six
 * connections to a server, and agents open many cases.
 */
export function follow(address, { pause, changed, connected, over }) {
  let source = null;
  let first = true;
  let heard = Date.now();
  const open = () => {
    if (source || (pause && document.hidden)) return;
    first = true;
    heard = Date.now();
    source = new EventSource(address);
    source.onopen = () => { heard = Date.now(); connected(true); };
    source.onerror = () => {
      connected(false);
      // The browser gives up where the server answers with an error: then ask what is wrong.
      if (source?.readyState === EventSource.CLOSED) { close(); setTimeout(retry, 3000); }
    };
    source.onmessage = (event) => { heard = Date.now(); changed(apply(JSON.parse(event.data)), first); first = false; };
    source.addEventListener("beat", () => { heard = Date.now(); });
    source.addEventListener("over", () => { close(); over(); });
  };
  const close = () => { source?.close(); source = null; };
  const retry = async () => {
    try {
      const answer = await fetch("/desk/account", { method: "HEAD", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) over();
      else open();
    } catch { setTimeout(retry, 3000); }
  };
  // A connection can die without a word, for instance when a laptop changes its network.
  setInterval(() => {
    if (source && Date.now() - heard > SILENCE) { connected(false); close(); open(); }
  }, 5000);
  if (pause) document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("offline", () => { close(); connected(false); });
  addEventListener("online", open);
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}
