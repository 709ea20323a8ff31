// One chat, open: its messages, who is typing, and the composer.

import { composer } from "./composer.js";
import { div, h, settled } from "./dom.js";
import { fileSearch, linkPreview } from "./extension.js";
import { heading } from "./heading.js";
import { messageLog } from "./log.js";
import { membersMenu } from "./members.js";
import { avatar } from "./people.js";
import { endOf, reveal } from "./scroll.js";
import { sender } from "./sending.js";
import { ifReached, messages } from "./tenant.js";
import { clock } from "./time.js";
import { typingLine } from "./typing.js";

const PROMPTS = ["help", "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"];

/** `desk` is {me, bot, read}: the person, the bot, and what is told when a chat was read. */
export function conversation(chat, desk) {
  const withBotOnly = chat.kind === "personal" && chat.withBot;
  const others = chat.members.filter((member) => member.id !== desk.me.id);
  const container = h(
    "div",
    { class: "log", role: "log", "aria-live": "polite", "aria-label": `Messages with ${chat.name}`, "aria-busy": "true" },
  );
  const typing = typingLine();
  const chips = div("chips");
  const intro = h(
    "div",
    { class: "intro", hidden: true },
    withBotOnly ? welcome(desk.bot) : h("p", { class: "faint" }, "Nobody has written here yet."),
  );
  const scroller = h(
    "div",
    { class: "scroller", tabindex: "0", role: "region", "aria-label": "Conversation" },
    div("scrolled", intro, container, typing.element),
  );
  const end = endOf(scroller, scroller.firstChild);
  const context = { me: desk.me, when: clock, say: (text) => sending.said({ text }) };
  const log = messageLog(container, context);
  const sending = sender({ chat, container, log, context, shown: end.go });
  const writing = composer({
    placeholder: withBotOnly ? `Message ${desk.bot.name}` : "Type a message",
    members: withBotOnly ? [] : mentionable(chat, desk),
    find: fileSearch(chat, desk.me),
    pasted: linkPreview(chat, desk.me),
    send: (words) => {
      offer([]);
      intro.hidden = true;
      sending.said(words);
    },
  });
  const element = h(
    "section",
    { class: "conversation", "aria-label": chat.name },
    heading({
      back: "#chat",
      face: avatar(chat.name, { bot: withBotOnly, group: chat.kind === "groupChat" }),
      name: chat.name,
      about: chat.kind === "groupChat" ? `${others.map(({ name }) => name).join(", ")} and you` : withBotOnly ? "App" : "",
      end: chat.kind === "groupChat" && membersMenu(chat, desk),
    }),
    div("scroll-box", scroller, end.pill),
    chips,
    writing.element,
  );
  const catchUp = settled(() => ifReached(refresh()), 300);
  // counts events, so that an answer that is older than one of them is not believed
  let news = 0;
  return { element, refresh, heard, toEnd: end.go, show: (id) => log.element(id) && reveal(log.element(id)), focus: writing.focus };

  async function refresh() {
    if (document.hidden) return;
    const before = log.size();
    const asked = news;
    const all = await messages(desk.me.id, chat.id);
    if (asked !== news) return catchUp();
    log.replace(all);
    container.setAttribute("aria-busy", "false");
    desk.read(chat.id);
    if (log.size() > before) end.added();
    suggest();
  }

  function heard({ kind, message, from }) {
    if (kind === "typing") {
      if (from.id !== desk.me.id) typing.started(from);
      return;
    }
    news += 1;
    if (kind === "update") log.put(message);
    if (kind === "delete") log.remove(message.id);
    if (kind !== "message") return;
    typing.stopped(message.from);
    sending.echoed(message);
    if (log.put(message)) end.added();
    suggest();
    catchUp();
  }

  /** What may be said next: what the bot proposes, or where to begin with it. */
  function suggest() {
    const last = log.last();
    intro.hidden = Boolean(last);
    if (last?.from.bot && last.suggestedActions.length) offer(last.suggestedActions, (value) => sending.said({ text: value }));
    else if (withBotOnly && !container.querySelector(".mine")) offer(PROMPTS.map((value) => ({ title: value, value })), writing.fill);
    else offer([]);
  }

  function offer(suggestions, chosen) {
    chips.replaceChildren(
      ...suggestions.map(({ title, value }) => h(
        "button",
        { type: "button", class: "chip", "data-testid": "chip", onclick: () => chosen(value) },
        title,
      )),
    );
  }
}

const welcome = ({ name }) => [
  avatar(name, { bot: true }),
  h("h2", {}, name),
  h("p", { class: "faint" }, "Say what to share, with whom and for how long. Nothing happens before you confirm it."),
];

export function mentionable(chat, { me, bot }) {
  const people = chat.members.filter(({ id }) => id !== me.id && id !== bot.id).map((member) => ({ ...member, bot: false }));
  return chat.withBot ? [{ id: bot.id, name: bot.name, bot: true }, ...people] : people;
}
