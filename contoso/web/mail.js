// The mailbox: what the sharing mails look like to the one who gets them.

import { div, h, span } from "./dom.js";
import { heading } from "./heading.js";
import { icon } from "./icons.js";
import { openTab, safe } from "./links.js";
import { avatar } from "./people.js";
import * as tenant from "./tenant.js";
import { fullTime, short } from "./time.js";

export function mailView(desk) {
  const readKey = `contoso.mail.${desk.me.id}`;
  const read = new Set(JSON.parse(localStorage.getItem(readKey) ?? "[]"));
  const entries = h("ul", { class: "entries" });
  const none = h("p", { class: "nothing" }, "No mail yet.");
  const pane = div("pane main-pane");
  const element = div(
    "split",
    h("nav", { class: "pane list-pane", "aria-label": "Mail" }, h("h2", { class: "pane-title" }, "Mail"), none, entries),
    pane,
  );
  let mails = [];
  let openId = null;
  return { element, open, leave() {}, heard, refresh, unread: () => mails.filter(({ id }) => !read.has(id)).length };

  function open([id]) {
    openId = id ?? null;
    draw();
  }

  function heard({ kind, mail }) {
    if (kind !== "mail" || mails.some(({ id }) => id === mail.id)) return;
    mails = [mail, ...mails];
    draw();
  }

  async function refresh() {
    mails = await tenant.mail(desk.me.id);
    draw();
  }

  function draw() {
    const shown = mails.find(({ id }) => id === openId);
    if (shown && !read.has(shown.id)) {
      read.add(shown.id);
      localStorage.setItem(readKey, JSON.stringify([...read]));
    }
    none.hidden = mails.length > 0;
    entries.replaceChildren(...mails.map(entry));
    element.classList.toggle("showing", Boolean(shown));
    if (pane.dataset.shown !== (shown?.id ?? "none")) pane.replaceChildren(
      shown ? reading(shown) : h("p", { class: "nothing" }, "Select a mail to read it."),
    );
    pane.dataset.shown = shown?.id ?? "none";
    desk.badges();
  }

  function entry(mail) {
    return h(
      "li",
      {},
      h(
        "a",
        {
          class: `entry${read.has(mail.id) ? "" : " unread"}`, href: `#mail/${encodeURIComponent(mail.id)}`,
          "aria-current": mail.id === openId ? "page" : null, "data-testid": "mail", "data-mail": mail.id,
        },
        avatar(mail.from.name),
        span(
          "two-lines",
          span("entry-top", span("line entry-name", mail.from.name), h("time", { class: "faint" }, short(mail.received))),
          span("line", mail.subject),
          span("line faint", mail.text),
        ),
        !read.has(mail.id) && span("hidden", "Unread"),
      ),
    );
  }

  function reading(mail) {
    const { link } = mail;
    return h(
      "article",
      { class: "reading", "data-testid": "reading" },
      heading({ back: "#mail", name: mail.subject }),
      div(
        "reading-body",
        div(
          "reading-from",
          avatar(mail.from.name),
          div("two-lines", span("strong", mail.from.name), span("faint wrap", `${mail.from.mail} to ${mail.to}`)),
          h("time", { class: "faint", datetime: mail.received }, fullTime(mail.received)),
        ),
        h("p", { class: "reading-text", dir: "auto" }, mail.text),
        link && safe(link.url, desk.me) && h(
          "button",
          { type: "button", class: "button primary", "data-testid": "mail-link", onclick: () => openTab(link.url, desk.me) },
          icon("link", 16),
          link.title,
        ),
      ),
    );
  }
}
