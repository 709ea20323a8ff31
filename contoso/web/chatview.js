// Chat and Teams: a list of conversations, and the one that is open.

import { channel } from "./channel.js";
import { conversation } from "./conversation.js";
import { div, h, span } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";
import { short } from "./time.js";
import { plain } from "./words.js";

export const narrow = matchMedia("(max-width: 719px)");

/** `place` is "chat" or "teams": the address, and which of the chats are shown. */
export function chatView(place, desk) {
  const { chats } = desk;
  const channels = place === "teams";
  const kept = new Map();
  const entries = div("entries");
  const list = h(
    "nav",
    { class: "pane list-pane", "aria-label": channels ? "Teams and channels" : "Chats" },
    h("h2", { class: "pane-title" }, channels ? "Teams" : "Chat"),
    entries,
  );
  const pane = div("pane main-pane");
  const element = div("split", list, pane);
  let current = null;
  chats.changed(draw);
  return { element, open, leave, heard, refresh, unread: () => chats.unread(channels) };

  async function open([id, message]) {
    const chat = chats.find(id) ?? (narrow.matches ? null : (chats.find(current?.id) ?? mine()[0]));
    element.classList.toggle("showing", Boolean(chat));
    if (!chat) return leave();
    if (!kept.has(chat.id)) kept.set(chat.id, (channels ? channel : conversation)(chat, { ...desk, read: chats.read }));
    const view = kept.get(chat.id);
    current = { id: chat.id, view };
    if (pane.firstChild !== view.element) {
      pane.replaceChildren(view.element);
      view.toEnd();
    }
    chats.opened(chat.id);
    await view.refresh();
    if (message) {
      view.show(message);
      history.replaceState(null, "", `#${place}/${encodeURIComponent(chat.id)}`);
    }
    if (!message && !narrow.matches && document.activeElement === document.body) view.focus();
  }

  function leave() {
    chats.opened(null);
  }

  /** Only what is open hears; any other catches up when it is opened, and stays unread until then. */
  function heard(event) {
    if (current?.id === event.chat && chats.isOpen(event.chat)) current.view.heard(event);
  }

  async function refresh() {
    await current?.view.refresh();
  }

  function mine() {
    return chats.all().filter((chat) => (chat.kind === "channel") === channels);
  }

  function draw() {
    const focused = entries.contains(document.activeElement) && document.activeElement.dataset.chat;
    entries.replaceChildren(...(channels ? teams(mine()) : [h("ul", {}, mine().map(entry))]));
    if (focused) [...entries.querySelectorAll("a")].find((link) => link.dataset.chat === focused)?.focus();
  }

  function teams(all) {
    const byTeam = Map.groupBy(all, (chat) => chat.team);
    return [...byTeam].map(([team, its]) =>
      h(
        "section",
        { class: "team" },
        h("h3", { class: "team-name" }, avatar(team, { size: "square" }), span("line", team)),
        h("ul", {}, its.map(entry)),
      ),
    );
  }

  function entry(chat) {
    const unread = chats.unreadOf(chat);
    const face = channels ? icon("hash", 16) : avatar(
      chat.name,
      { bot: chat.kind === "personal" && chat.withBot, group: chat.kind === "groupChat" },
    );
    const about = !channels && span("entry-about", span("line faint", chat.last ? lastLine(chat) : "No messages yet"));
    const open = current?.id === chat.id && element.classList.contains("showing");
    return h(
      "li",
      {},
      h(
        "a",
        {
          class: `entry${unread ? " unread" : ""}`, href: `#${place}/${encodeURIComponent(chat.id)}`, "aria-current": open ? "page" : null,
          "data-testid": "chat", "data-chat": chat.id, "data-unread": String(unread),
        },
        face,
        span(
          "two-lines",
          span(
            "entry-top",
            span("line entry-name", chat.name),
            !channels && chat.last && h("time", { class: "faint" }, short(chat.last.timestamp)),
          ),
          about,
        ),
        unread > 0 && span("badge", String(unread), span("hidden", " unread")),
      ),
    );
  }

  function lastLine({ kind, last }) {
    const from = last.from === desk.me.name ? "You: " : kind === "groupChat" ? `${last.from.split(" ")[0]}: ` : "";
    return `${from}${plain(last.text) || "Sent a card"}`;
  }
}
