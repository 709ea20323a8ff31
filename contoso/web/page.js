// Starts the page: who is here, which view is open, and what the tenant tells.

import { chatBook } from "./chats.js";
import { chatView } from "./chatview.js";
import { h, span } from "./dom.js";
import { filesView } from "./files.js";
import { icon } from "./icons.js";
import { listen } from "./live.js";
import { mailView } from "./mail.js";
import { offerSearch } from "./picker.js";
import * as tenant from "./tenant.js";
import { themeButton } from "./theme.js";
import { toaster } from "./toast.js";
import { chooser, whoAmI } from "./whoami.js";
import { firstLine } from "./words.js";

const PLACES = { chat: "Chat", teams: "Teams", files: "Files", mail: "Mail" };
const AGAIN = 1500;

const at = (id) => document.getElementById(id);
at("topbar-end").append(themeButton());
start(await reached());

async function reached() {
  for (;;) {
    try {
      return await tenant.tenant();
    } catch {
      away(true);
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }
}

function start({ name, bot, people }) {
  const me = whoAmI(people);
  const chats = chatBook({ me, bot });
  const desk = { me, bot, chats, badges };
  const views = { chat: chatView("chat", desk), teams: chatView("teams", desk), files: filesView(desk), mail: mailView(desk) };
  const toast = toaster(at("toasts"));
  const links = rail();
  let open = null;

  at("tenant").textContent = name;
  at("topbar-end").append(chooser(people, me));
  offerSearch(people);
  chats.changed(badges);
  addEventListener("hashchange", route);
  addEventListener("hashchange", () => toast.seen(location.hash));
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  addEventListener("unhandledrejection", (event) => event.reason instanceof tenant.TenantError && refused(event));
  fromAddress();
  listen(me.id, { opened, heard, lost: () => away(true) });

  async function opened() {
    away(false);
    await tenant.ifReached(Promise.all([chats.load(), views.mail.refresh()]));
    route();
  }

  async function refresh() {
    await tenant.ifReached(Promise.all([chats.load(), views.mail.refresh(), open && views[open].refresh()]));
  }

  function route() {
    const [place, ...parts] = location.hash.slice(1).split("/").map(decodeURIComponent);
    const next = place in PLACES ? place : "chat";
    if (open && open !== next) views[open].leave();
    if (open !== next) at("view").replaceChildren(views[next].element);
    open = next;
    for (const [word, link] of Object.entries(links)) {
      if (word === next) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    tenant.ifReached(Promise.resolve(views[next].open(parts)));
    badges();
  }

  function heard(event) {
    const { kind, chat, message } = event;
    if (chat) for (const place of ["chat", "teams"]) views[place].heard(event);
    else for (const place of ["files", "mail"]) views[place].heard(event);
    if (["message", "update", "delete", "chats"].includes(kind)) chats.again();
    if (kind === "message" && message.from.id !== me.id) announce(message);
    if (kind === "mail") toast.show(
      { from: event.mail.from.name, place: "Mail", text: event.mail.subject, href: `#mail/${encodeURIComponent(event.mail.id)}` },
    );
  }

  /** A question nobody waits for was refused: say so, in the tenant's words. */
  function refused(event) {
    event.preventDefault();
    toast.show({ from: name, text: event.reason.message, href: location.hash });
  }

  /** Not what the person is looking at anyway. */
  function announce(message) {
    const chat = chats.find(message.chat);
    if (!document.hidden && chats.isOpen(message.chat)) return;
    const channel = chat?.kind === "channel";
    toast.show({
      from: message.from.name,
      bot: message.from.bot,
      place: channel ? `${chat.team} › ${chat.name}` : chat?.kind === "groupChat" ? chat.name : "",
      text: firstLine(message),
      href: `#${channel ? "teams" : "chat"}/${encodeURIComponent(message.chat)}/${encodeURIComponent(message.id)}`,
    });
  }

  function badges() {
    let all = 0;
    for (const [place, link] of Object.entries(links)) {
      const unread = views[place].unread();
      all += unread;
      const badge = link.querySelector(".badge");
      badge.hidden = !unread;
      badge.textContent = unread > 99 ? "99+" : String(unread);
      link.setAttribute("aria-label", unread ? `${PLACES[place]}, ${unread} unread` : PLACES[place]);
    }
    document.title = `${all ? `(${all}) ` : ""}${PLACES[open ?? "chat"]} | ${name}`;
  }
}

function rail() {
  const links = {};
  for (const [place, word] of Object.entries(PLACES)) {
    links[place] = h(
      "a",
      { class: "rail-link", href: `#${place}`, "aria-label": word, "data-testid": `rail-${place}` },
      icon(place, 24),
      span("rail-word", word),
      h("span", { class: "badge", hidden: true, "data-testid": `badge-${place}` }),
    );
    at("rail").append(links[place]);
  }
  return links;
}

/** A file's address leads here with ?open=drive/item; from then on it is in the page's own address. */
function fromAddress() {
  const url = new URL(location.href);
  const asked = url.searchParams.get("open");
  if (!asked) return;
  url.searchParams.delete("open");
  url.hash = `files/${asked.split("/").map(encodeURIComponent).join("/")}`;
  history.replaceState(null, "", url);
}

function away(yes) {
  const bar = at("away");
  bar.textContent = yes ? "Reconnecting…" : "";
  bar.classList.toggle("on", yes);
}
