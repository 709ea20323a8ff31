// The chats of the person, as the tenant lists them; and how many of their messages were not read.

import { settled } from "./dom.js";
import * as tenant from "./tenant.js";

export function chatBook({ me, bot }) {
  let list = [];
  let openId = null;
  const watchers = [];
  const again = settled(() => tenant.ifReached(load()), 150);
  return {
    load,
    again,
    read,
    opened,
    changed: (act) => watchers.push(act),
    all: () => list,
    find: (id) => list.find((chat) => chat.id === id),
    unread,
    unreadOf,
    isOpen: (id) => id === openId,
  };

  async function load() {
    list = (await tenant.chats(me.id)).map((chat) => ({ ...chat, name: nameOf(chat) }));
    tell();
  }

  function nameOf(chat) {
    if (chat.kind !== "personal") return chat.name;
    if (chat.withBot) return bot.name;
    return chat.members.find((member) => member.id !== me.id)?.name ?? chat.name;
  }

  function opened(id) {
    openId = id;
    tell();
  }

  function read(id) {
    list = list.map((chat) => (chat.id === id ? { ...chat, unread: 0 } : chat));
    tell();
  }

  /** What is open before the person's eyes is read, whatever the tenant counted a moment ago. */
  function unreadOf(chat) {
    return chat.id === openId && !document.hidden ? 0 : chat.unread;
  }

  function unread(channels) {
    return list.filter((chat) => (chat.kind === "channel") === channels).reduce((sum, chat) => sum + unreadOf(chat), 0);
  }

  function tell() {
    for (const watcher of watchers) watcher();
  }
}
