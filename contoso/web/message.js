// One message: who, when, what; drawn anew only where it changed.

import { attachmentView } from "./attachments.js";
import { div, h, span } from "./dom.js";
import { messageMenu } from "./extension.js";
import { avatar, tag } from "./people.js";
import { fullTime } from "./time.js";
import { firstLine, words } from "./words.js";

/** `context` is {me, say, when}: the person at this window, how a card says something in their name, how a moment is written. */
export function messageView(message, context) {
  const { from } = message;
  const mine = from.id === context.me.id;
  const edited = span("edited", "Edited");
  const text = div("message-text");
  const attachments = div("attachments");
  const time = h("time", { datetime: message.timestamp, title: fullTime(message.timestamp) }, context.when(message.timestamp));
  const problem = h("p", { class: "unsent-line", role: "alert", "data-testid": "problem" });
  const by = div("by", span("name", from.name), from.bot && tag("App"), time, edited);
  const element = h(
    "article",
    {
      class: `message ${mine ? "mine" : "theirs"}${from.bot ? " from-bot" : ""}`,
      "data-testid": "message",
      "data-message": message.id,
      "data-from": from.id,
    },
    avatar(from.name, { bot: from.bot }),
    div("message-column", by, div("bubble", text, attachments), problem, messageMenu(() => message, context.me)),
  );
  let shown = { text: "", attachments: [] };
  update(message);

  return { element, update, message: () => message, failed };

  function update(next) {
    message = next;
    const says = JSON.stringify([next.text, next.textFormat, next.mentions]);
    if (says !== shown.text) text.replaceChildren(...(next.text ? [words(next, context.me)] : []));
    shown = { text: says, attachments: hung(next) };
    // an empty message is one whose card the tenant keeps back
    element.hidden = !next.text && !next.attachments.length;
    // said to the bot, which could not be reached
    problem.textContent = next.problem || "";
    problem.hidden = !next.problem;
    edited.hidden = !next.edited || Boolean(next.problem);
    element.classList.toggle("with-card", next.attachments.length > 0);
    element.setAttribute("aria-label", `${mine ? "You" : from.name}, ${context.when(next.timestamp)}: ${firstLine(next)}`);
  }

  function hung(next) {
    const kinds = (list) => list.map(({ contentType }) => contentType).join();
    if (kinds(next.attachments) === kinds(shown.attachments)) {
      next.attachments.forEach((attachment, index) => shown.attachments[index].show(attachment));
      return shown.attachments;
    }
    const views = next.attachments.map((attachment) => ({ contentType: attachment.contentType, ...attachmentView(attachment, next, context) }));
    attachments.replaceChildren(...views.map((view) => view.element));
    return views;
  }

  /** The tenant did not take it; `again` sends it once more. */
  function failed(reason, again) {
    element.classList.remove("sending");
    element.classList.add("unsent");
    const line = h(
      "p",
      { class: "unsent-line", role: "alert" },
      `Not sent. ${reason} `,
      h("button", { type: "button", class: "link", onclick: retry }, "Try again"),
    );
    element.querySelector(".message-column").append(line);

    function retry() {
      element.remove();
      again();
    }
  }
}
