// What the server wrote into the page, and its words.

export const settings = JSON.parse(document.getElementById("settings").textContent);

/** A text of the page's language; {placeholders} are filled from `values`. */
export function say(name, values = {}) {
  return settings.words[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** An address of the chat's interface, for this account and frame. */
export function address(path, query = {}) {
  const parameters = new URLSearchParams({ account: settings.account, ...query });
  if (settings.embedded) parameters.set("embedded", "1");
  return `${path}?${parameters}`;
}
