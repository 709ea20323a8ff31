// A log that stays at its end while its reader is there, and says so when something new is below.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const NEAR = 60;

export function endOf(scroller, content) {
  const pill = h("button", { type: "button", class: "newer", hidden: true, onclick: go }, icon("down", 16), "New messages");
  let here = true;
  scroller.addEventListener("scroll", () => {
    here = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    if (here) pill.hidden = true;
  });
  const keep = () => here && scroller.scrollTo({ top: scroller.scrollHeight });
  const sizes = new ResizeObserver(keep);
  sizes.observe(content);
  sizes.observe(scroller);
  return { pill, go, added: () => (here ? keep() : (pill.hidden = false)) };

  function go() {
    here = true;
    pill.hidden = true;
    keep();
  }
}

/** Shows a message that was asked for by its id, for a moment in colour. */
export function reveal(element) {
  element.scrollIntoView({ block: "center" });
  element.classList.add("revealed");
  element.addEventListener("animationend", () => element.classList.remove("revealed"), { once: true });
}
