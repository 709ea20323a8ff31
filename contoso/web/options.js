// A list of options driven by the arrow keys of a text field that keeps the focus.

import { freshId } from "./dom.js";

/** `field` keeps the focus, `list` is its listbox; `chosen(value)` is called with what was given to `show`. */
export function optionList(field, list, chosen) {
  const id = freshId("options");
  let values = [];
  let active = -1;
  list.id = id;
  list.setAttribute("role", "listbox");
  field.setAttribute("aria-controls", id);

  function mark(index) {
    active = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = list.children[index];
    if (option) {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  }

  return {
    /** Shows one option a value, drawn by `draw`; the first is marked. */
    show(shown, draw) {
      values = shown;
      list.replaceChildren(
        ...values.map((value, index) => {
          const option = draw(value);
          option.id = `${id}-${index}`;
          option.setAttribute("role", "option");
          option.addEventListener("mousedown", (event) => event.preventDefault());
          option.addEventListener("click", () => chosen(value));
          option.addEventListener("mousemove", () => active !== index && mark(index));
          return option;
        }),
      );
      mark(values.length ? 0 : -1);
    },
    /** True if the key was for the list. */
    key(event) {
      if (!values.length) return false;
      if (event.key === "ArrowDown") mark((active + 1) % values.length);
      else if (event.key === "ArrowUp") mark((active - 1 + values.length) % values.length);
      else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) chosen(values[active]);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
