// Quick replies: the buttons of the last message, as long as nobody answered it.

const group = document.getElementById("buttons");

/** Show the buttons of a message; `onPress(button)` gets the one pressed. */
export function show(buttons, onPress) {
  group.replaceChildren(
    ...buttons.map((button) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = button.title;
      made.addEventListener("click", () => {
        hide();
        onPress(button);
      });
      return made;
    }),
  );
  group.hidden = buttons.length === 0;
}

export function hide() {
  show([], () => {});
}
