// Texts are shown as text: never parsed as markup, whoever wrote them. Only http and https
// addresses become links.

const NOTABLE = /\bhttps?:\/\/[^\s<>"'`]+|\b[A-Z]{1,4}-[0-9A-Z]{4,8}\b/g;
// Punctuation that ends a sentence, not an address.
const TAIL = /[.,;:!?…»”’)\]}]+$/;

/** Write a text into an element, with clickable addresses and case references in one piece. */
export function write(element, text) {
  element.replaceChildren();
  let end = 0;
  for (const found of text.matchAll(NOTABLE)) {
    const part = notable(found[0]);
    if (!part) continue;
    element.append(text.slice(end, found.index), part);
    end = found.index + part.textContent.length;
  }
  element.append(text.slice(end));
}

function notable(text) {
  if (!text.includes("://")) return reference(text);
  const address = trim(text);
  return isWeb(address) ? link(address) : null;
}

function reference(text) {
  const piece = document.createElement("span");
  piece.className = "reference";
  piece.textContent = text;
  return piece;
}

function trim(address) {
  const bare = address.replace(TAIL, "");
  const opened = bare.split("(").length - bare.split(")").length;
  return opened > 0 && address.startsWith(`${bare})`) ? `${bare})` : bare;
}

function isWeb(address) {
  try {
    return ["https:", "http:"].includes(new URL(address).protocol);
  } catch {
    return false; // not an address after all
  }
}

function link(address) {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.textContent = address;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer nofollow";
  return anchor;
}
