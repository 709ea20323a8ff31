// A dialog of the bot's: a card in a window above the page, and what the bot answers takes its place.

import { drawCard, hold } from "./card.js";
import { div, h, iconButton } from "./dom.js";
import { icon } from "./icons.js";
import { signInPart } from "./signin.js";
import { ask } from "./tenant.js";

/** Asks the bot for a dialog: `name` and `value` of the invoke, `message` the id of the one it is about. */
export function openDialog({ me, chat, name, value, message = null }) {
  const title = h("h2", { class: "line", id: "dialog-title" }, "…");
  const body = h("div", { class: "dialog-body", "aria-live": "polite" }, h("p", { class: "faint" }, "One moment …"));
  const frame = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "dialog-title", "data-testid": "dialog", onclose: () => frame.remove() },
    h("header", { class: "dialog-head" }, title, iconButton(icon("close"), "Close", { onclick: () => frame.close() })),
    body,
  );
  const submits = name.startsWith("composeExtension/") ? "composeExtension/submitAction" : "task/submit";
  document.body.append(frame);
  frame.showModal();
  send(name, value);

  async function send(what, about) {
    try {
      show(await ask(me.id, chat, { name: what, value: about, message }), () => send(what, about));
    } catch (error) {
      told(error.message);
    }
  }

  function show({ composeExtension, task }, again) {
    const asked = composeExtension?.suggestedActions?.actions?.[0];
    if (asked) {
      title.textContent = "Sign in";
      body.replaceChildren(signInPart({ text: "Please sign in, so that the app can act as you.", buttons: [asked] }, me, again));
    } else if (task?.type === "continue") draw(task.value);
    else if (task?.type === "message") told(String(task.value));
    else frame.close();
  }

  function draw({ title: words, card }) {
    title.textContent = words;
    const search = (asked) => ask(me.id, chat, { name: "application/search", value: asked, message });
    const drawn = drawCard(card.content, me, pressed, search);
    body.replaceChildren(drawn);
    (drawn.querySelector("input, textarea, select, button") ?? drawn).focus();

    async function pressed(action, button) {
      const release = hold(drawn, button);
      const { commandId, commandContext } = value;
      await send(submits, { ...(commandId && { commandId, commandContext }), data: action.data });
      release();
    }
  }

  function told(sentence) {
    body.querySelector(".dialog-note")?.remove();
    body.prepend(div("dialog-note", h("p", { role: "alert" }, sentence)));
  }
}
