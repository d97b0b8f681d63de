// Texts are shown as text: never parsed as markup, whoever wrote them.

const LINK = /\bhttps?:\/\/[^\s<>"'`]+/gi;
// Punctuation that ends a sentence, not an address.
const TAIL = /[.,;:!?…»”’)\]}]+$/;

/** Write a text into an element, with clickable http and https addresses. */
export function write(element, text) {
  element.replaceChildren();
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    const address = trim(found[0]);
    if (!isWeb(address)) continue;
    element.append(text.slice(end, found.index), link(address));
    end = found.index + address.length;
  }
  element.append(text.slice(end));
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
