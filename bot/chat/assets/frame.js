// The page within the widget's frame: it can ask to be closed, and tells of unread messages.
//
// Only origins that the brand allows can frame the page (Content-Security-Policy), so whoever
// is the parent may hand over a port; nothing a person wrote ever goes through it.

let port = null;
let isShown = true;
let unread = 0;

/** Talk with the page around this one; `onShown` is called when the frame opens. */
export function start(onShown) {
  document.getElementById("close").addEventListener("click", close);
  addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && close());
  addEventListener("message", (event) => {
    if (event.source !== window.parent || event.data !== "relais" || !event.ports[0]) return;
    port = event.ports[0];
    port.onmessage = ({ data }) => {
      isShown = data === "shown";
      if (!isShown) return;
      unread = 0;
      onShown();
    };
  });
}

/** Count a message that arrives while the frame is closed. */
export function count() {
  if (!port || isShown) return;
  unread += 1;
  port.postMessage({ unread });
}

function close() {
  port?.postMessage({ close: true });
}
