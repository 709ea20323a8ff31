// Saying something: shown at once, faded until the tenant has it, and kept with a reason if it was not taken.

import { messageView } from "./message.js";
import { say } from "./tenant.js";

const CARD = "application/vnd.microsoft.card.adaptive";
let pending = 0;

/** `said({text, mentions, card})` shows and sends; `echoed(message)` takes away what waits when its echo comes first. */
export function sender({ chat, root = null, container, log, context, shown = () => {} }) {
  const waiting = new Map();
  return { said, echoed };

  async function said(words) {
    const { me } = context;
    const id = `pending-${++pending}`;
    const message = {
      id, chat: chat.id, root, from: { id: me.id, name: me.name, bot: false }, timestamp: new Date().toISOString(), edited: false,
      text: words.text, textFormat: "plain", mentions: words.mentions ?? [], suggestedActions: [],
      attachments: words.card ? [{ contentType: CARD, content: words.card }] : [],
    };
    const view = messageView(message, context);
    view.element.classList.add("sending");
    waiting.set(id, view);
    container.append(view.element);
    shown();
    try {
      const taken = await say(me.id, chat.id, { text: message.text, mentions: message.mentions, root, card: words.card });
      view.element.remove();
      log.put(taken);
      shown();
    } catch (error) {
      view.failed(error.message, () => said(words));
    }
    waiting.delete(id);
  }

  function echoed(message) {
    for (const [id, view] of waiting) {
      if (message.from.id !== context.me.id || view.message().text !== message.text) continue;
      view.element.remove();
      waiting.delete(id);
      return;
    }
  }
}
