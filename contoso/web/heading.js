// The line above what is open: the way back on a small screen, a face, a name, and a word about it.

import { div, h } from "./dom.js";
import { icon } from "./icons.js";

export function heading({ back, face, name, about, end }) {
  return h(
    "header",
    { class: "pane-head" },
    h("a", { class: "icon-button back", href: back, "aria-label": "Back to the list", title: "Back" }, icon("back")),
    face,
    div("two-lines", h("h1", { class: "line" }, name), about && h("p", { class: "line faint", title: about }, about)),
    end,
  );
}
