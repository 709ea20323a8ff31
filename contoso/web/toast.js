// The small window at the bottom right: somebody wrote, a click goes there.

import { h, iconButton, span } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";

const FOR = 7000;
const AT_ONCE = 3;

export function toaster(region) {
  return { show, seen };

  /** Who is there now needs no toast that leads there. */
  function seen(href) {
    for (const link of region.querySelectorAll(".toast-link")) if (link.hash.startsWith(href)) link.parentElement.remove();
  }

  function show({ from, bot = false, place = "", text, href }) {
    const link = h(
      "a",
      { href, class: "toast-link", onclick: gone },
      avatar(from, { bot }),
      span("two-lines", span("line toast-from", from), place && span("line faint", place), span("toast-text", text)),
    );
    const toast = h(
      "div",
      { class: "toast", "data-testid": "toast" },
      link,
      iconButton(icon("close", 16), "Dismiss", { class: "small", onclick: gone }),
    );
    let timer = setTimeout(gone, FOR);
    for (const event of ["mouseenter", "focusin"]) toast.addEventListener(event, () => clearTimeout(timer));
    for (const event of ["mouseleave", "focusout"]) toast.addEventListener(event, () => (timer = setTimeout(gone, FOR)));
    region.append(toast);
    if (region.children.length > AT_ONCE) region.firstChild.remove();

    function gone() {
      clearTimeout(timer);
      toast.remove();
    }
  }
}
