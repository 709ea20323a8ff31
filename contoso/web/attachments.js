// What hangs on a message: cards with their clicks and answers, and sign-in cards.

import { drawCard, hold } from "./card.js";
import { openDialog } from "./dialog.js";
import { div, h, iconButton } from "./dom.js";
import { icon } from "./icons.js";
import { safe } from "./links.js";
import { signInPart } from "./signin.js";
import { act, ask } from "./tenant.js";
import { plain } from "./words.js";

const CARD = "application/vnd.microsoft.card.adaptive";
const OAUTH = "application/vnd.microsoft.card.oauth";
const FILE = "reference";
const NOTE = "application/vnd.microsoft.activity.message";
const ERROR = "application/vnd.microsoft.error";
const LOGIN = "application/vnd.microsoft.activity.loginRequest";
const WENT_WRONG = "Something went wrong. Please try again.";

/** `{element, show}`: `show(attachment)` draws what it became, if that is something else; it may be asked while a click is under way. */
export function attachmentView(attachment, message, context) {
  if (attachment.contentType === CARD) return cardView(attachment.content, message, context);
  const element = div("card");
  const show = (shown) => element.replaceChildren(drawn(shown, context.me));
  show(attachment);
  return { element, show };
}

function drawn({ contentType, content, contentUrl, name }, me) {
  if (contentType === OAUTH) return signInPart(content, me);
  const href = contentType === FILE && safe(contentUrl, me);
  if (href) return h("p", {}, h("a", { href, target: "_blank", rel: "noopener noreferrer" }, name));
  return h("p", {}, "This attachment cannot be shown here.");
}

function cardView(content, message, { me, say }) {
  const under = h("div", { class: "card-under", role: "status" });
  const search = (value) => ask(me.id, message.chat, { name: "application/search", value, message: message.id });
  let card = drawCard(content, me, pressed, search);
  let waiting = false;
  let rest = () => {};
  return { element: div("card-view", card, under), show: (attachment) => become(attachment.content) };

  function become(next) {
    if (JSON.stringify(next) === JSON.stringify(content)) return;
    const focused = card.contains(document.activeElement) || (waiting && document.activeElement === document.body);
    content = next;
    const drawn = drawCard(content, me, pressed, search);
    card.replaceWith(drawn);
    card = drawn;
    if (waiting) rest = hold(card);
    if (focused) card.focus({ preventScroll: true });
  }

  async function pressed(action, button) {
    if (waiting) return;
    if (action.data.msteams?.type === "imBack") {
      await say(String(action.data.msteams.value));
      return;
    }
    if (action.data.msteams?.type === "task/fetch") {
      openDialog({ me, chat: message.chat, message: message.id, name: "task/fetch", value: { data: action.data } });
      return;
    }
    waiting = true;
    under.replaceChildren();
    rest = hold(card, button);
    try {
      told(await act(me.id, message, action), () => pressed(action, button));
    } catch (error) {
      under.replaceChildren(line("error", error.message));
    } finally {
      waiting = false;
      rest();
    }
  }

  function told({ status, type, value }, again) {
    if (type === CARD) become(value);
    else if (type === NOTE) under.replaceChildren(line("note", plain(String(value))));
    else if (type === LOGIN) under.replaceChildren(signInPart(value, me, again));
    else if (type === ERROR || status >= 400) under.replaceChildren(line("error", value?.message ?? WENT_WRONG));
  }

  function line(kind, text) {
    const dismiss = iconButton(icon("close", 14), "Dismiss", { class: "small", onclick: () => under.replaceChildren() });
    const sign = kind === "error" && icon("alert", 16);
    return h("p", { class: `card-line card-${kind}`, "data-testid": `card-${kind}` }, sign, h("span", {}, text), dismiss);
  }
}
