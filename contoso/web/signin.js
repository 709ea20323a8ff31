// What asks a person to sign in: a sentence, a button, and the window it opens.

import { div, h } from "./dom.js";
import { signIn } from "./links.js";

/** `content` is that of an OAuthCard; `done` is called when the window was closed. */
export function signInPart(content, me, done = () => {}) {
  const { title = "Sign in", value } = content.buttons?.[0] ?? {};
  const said = h("p", { class: "sign-in-text", role: "status" }, content.text ?? "Please sign in.");
  const button = h("button", { type: "button", class: "button primary", "data-testid": "sign-in", onclick: open }, title);
  return div("sign-in", said, button);

  async function open() {
    button.disabled = true;
    try {
      if (await signIn(value, me)) done();
      else said.textContent = "The sign-in window was blocked. Allow pop-ups for this page and try again.";
    } catch (error) {
      said.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  }
}
