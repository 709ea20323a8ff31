// One channel, open: posts, a thread of replies under each, and a composer for a new post.

import { composer } from "./composer.js";
import { mentionable } from "./conversation.js";
import { div, h, settled } from "./dom.js";
import { fileSearch, linkPreview } from "./extension.js";
import { heading } from "./heading.js";
import { icon } from "./icons.js";
import { messageLog } from "./log.js";
import { membersMenu } from "./members.js";
import { avatar } from "./people.js";
import { endOf, reveal } from "./scroll.js";
import { sender } from "./sending.js";
import { ifReached, messages } from "./tenant.js";
import { dayAndClock } from "./time.js";
import { typingLine } from "./typing.js";
import { firstLine } from "./words.js";

export function channel(chat, desk) {
  const threads = new Map();
  const members = mentionable(chat, desk);
  const container = h(
    "div",
    { class: "log posts", role: "log", "aria-live": "polite", "aria-label": `Posts in ${chat.name}`, "aria-busy": "true" },
  );
  const typing = typingLine();
  const nothing = h("p", { class: "nothing" }, "Nobody has posted here yet.");
  const scroller = h(
    "div",
    { class: "scroller", tabindex: "0", role: "region", "aria-label": "Channel" },
    div("scrolled", nothing, container, typing.element),
  );
  const end = endOf(scroller, scroller.firstChild);
  const fresh = div("new-posts");
  const context = { me: desk.me, when: dayAndClock, say: (text) => posting.said({ text }) };
  const posting = sender({ chat, container: fresh, log: { put: place }, context, shown: end.go });
  scroller.firstChild.append(fresh);
  const foot = div(
    "post-foot",
    h("button", { type: "button", class: "button primary", "data-testid": "new-post", onclick: startPost }, icon("post"), "New post"),
  );
  const element = h(
    "section",
    { class: "conversation channel", "aria-label": `${chat.team}, ${chat.name}` },
    heading({ back: "#teams", face: avatar(chat.team, { size: "square" }), name: chat.name, about: chat.team, end: membersMenu(chat, desk) }),
    div("scroll-box", scroller, end.pill),
    foot,
  );
  const catchUp = settled(() => ifReached(refresh()), 300);
  // counts events, so that an answer that is older than one of them is not believed
  let news = 0;
  return { element, refresh, heard, toEnd: end.go, show, focus: () => foot.querySelector("button, .editor").focus() };

  async function refresh() {
    if (document.hidden) return;
    const asked = news;
    const all = await messages(desk.me.id, chat.id);
    if (asked !== news) return catchUp();
    const present = new Set(all.map(({ id }) => id));
    for (const [id, thread] of threads) if (!present.has(id)) forget(id, thread);
    for (const message of all.filter(({ root }) => !root)) place(message);
    for (const [id, thread] of threads) thread.log.replace(all.filter(({ root }) => root === id));
    container.setAttribute("aria-busy", "false");
    nothing.hidden = threads.size > 0;
    desk.read(chat.id);
  }

  function heard({ kind, message, from }) {
    if (kind === "typing") {
      if (from.id !== desk.me.id) typing.started(from);
      return;
    }
    news += 1;
    if (kind === "delete") removed(message.id);
    if (kind === "message" || kind === "update") place(message);
    if (kind !== "message") return;
    typing.stopped(message.from);
    if (!message.root) end.added();
    catchUp();
  }

  function place(message) {
    const thread = threads.get(message.root ?? message.id);
    if (!message.root) {
      posting.echoed(message);
      (thread ?? begin(message)).post.put(message);
      nothing.hidden = true;
    } else if (thread) {
      thread.sending.echoed(message);
      thread.log.put(message);
    } else catchUp();
  }

  function begin(message) {
    const top = div("post-top");
    const replies = div("replies");
    const foot = div(
      "reply-foot",
      h("button", { type: "button", class: "button quiet", "data-testid": "reply", onclick: startReply }, icon("reply", 16), "Reply"),
    );
    const section = h(
      "section",
      { class: "post", "data-thread": message.id, "aria-label": `Thread: ${firstLine(message)}` },
      top,
      replies,
      foot,
    );
    const here = { ...context, say: (text) => thread.sending.said({ text }) };
    const log = messageLog(replies, here, { days: false });
    const thread = {
      section,
      log,
      post: messageLog(top, here, { days: false }),
      sending: sender({ chat, root: message.id, container: replies, log, context: here }),
    };
    const later = [...threads.values()].find((other) => other.post.last().timestamp > message.timestamp);
    container.insertBefore(section, later?.section ?? null);
    threads.set(message.id, thread);
    return thread;

    function startReply() {
      const writing = composer({ placeholder: "Reply", members, pasted: linkPreview(chat, desk.me), send: thread.sending.said });
      foot.replaceChildren(writing.element);
      writing.focus();
    }
  }

  function startPost() {
    const writing = composer({ placeholder: "Start a post", members, find: fileSearch(chat, desk.me), pasted: linkPreview(chat, desk.me), send: posting.said });
    foot.replaceChildren(writing.element);
    writing.focus();
  }

  function removed(id) {
    if (threads.has(id)) forget(id, threads.get(id));
    else for (const thread of threads.values()) thread.log.remove(id);
  }

  function forget(id, thread) {
    thread.section.remove();
    threads.delete(id);
  }

  function show(id) {
    const found = [...container.querySelectorAll("[data-message]")].find((message) => message.dataset.message === id);
    if (found) reveal(found);
  }
}
