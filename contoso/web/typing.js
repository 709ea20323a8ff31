// "Sharebot is typing": three dots until the message comes, or a few seconds.

import { h } from "./dom.js";

const FOR = 8000;

export function typingLine() {
  const timers = new Map();
  const said = h("span", {});
  const element = h(
    "div",
    { class: "typing", role: "status", "data-testid": "typing" },
    h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    said,
  );
  show();
  return { element, started, stopped };

  function started({ id, name }) {
    clearTimeout(timers.get(id)?.timer);
    timers.set(id, { name, timer: setTimeout(() => stopped({ id }), FOR) });
    show();
  }

  function stopped({ id }) {
    clearTimeout(timers.get(id)?.timer);
    timers.delete(id);
    show();
  }

  function show() {
    const names = [...timers.values()].map(({ name }) => name);
    element.classList.toggle("on", names.length > 0);
    if (!names.length) said.textContent = "";
    else said.textContent = names.length > 1 ? "Several people are typing" : `${names[0]} is typing`;
  }
}
