// The message extension: actions on a message, a search for a file beside the compose box, and cards of pasted links.

import { drawCard } from "./card.js";
import { openDialog } from "./dialog.js";
import { div, h, iconButton, settled, span } from "./dom.js";
import { icon } from "./icons.js";
import { optionList } from "./options.js";
import { signInPart } from "./signin.js";
import { ask, postCard } from "./tenant.js";

const ACTIONS = [["shareThis", "Share this file"], ["whoCanOpen", "Who can open this?"]];
const QUIET = 250;
const LINK = /https?:\/\/\S+/u;

/** The "⋯" of a message. */
export function messageMenu(message, me) {
  const list = h("div", { class: "message-menu", role: "menu", hidden: true });
  const button = iconButton(icon("more", 16), "More actions", {
    class: "small message-more", "aria-haspopup": "menu", "aria-expanded": "false", "data-testid": "more", onclick: () => open(list.hidden),
  });
  list.append(
    ...ACTIONS.map(([command, words]) => h("button", { type: "button", role: "menuitem", onclick: () => act(command) }, words)),
  );
  const element = h("div", { class: "message-actions", onfocusout: left, onkeydown: key }, button, list);
  return element;

  function open(yes) {
    list.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
    if (yes) list.firstChild.focus();
  }

  function left({ relatedTarget }) {
    if (!element.contains(relatedTarget)) open(false);
  }

  function key(event) {
    if (list.hidden) return;
    const items = [...list.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
    else if (event.key === "Escape") {
      open(false);
      button.focus();
    } else return;
    event.preventDefault();
  }

  function act(command) {
    open(false);
    const value = { commandId: command, commandContext: "message" };
    openDialog({ me, chat: message().chat, message: message().id, name: "composeExtension/fetchTask", value });
  }
}

/** What the bot hangs onto a link that is pasted: its panel, over the compose box, and who takes the card when it is sent. */
export function linkPreview(chat, me) {
  const panel = h("div", { class: "link-panel", role: "status", hidden: true, "data-testid": "link-panel" });
  let card = null;
  let asked = 0;
  return { panel, look, take };

  async function look(text) {
    const [url] = text.match(LINK) ?? [];
    if (!url) return;
    const mine = ++asked;
    try {
      const found = (await ask(me.id, chat.id, { name: "composeExtension/queryLink", value: { url } })).composeExtension ?? {};
      if (mine === asked) show(found.attachments?.[0]?.content ?? null);
    } catch {
      // a link without a card is a link
    }
  }

  function show(next) {
    card = next;
    panel.hidden = !card;
    if (!card) return panel.replaceChildren();
    const drop = iconButton(icon("close", 14), "Remove", { class: "small", "data-testid": "link-remove", onclick: () => show(null) });
    const preview = drawCard(card, me, () => {});
    for (const button of preview.querySelectorAll("button")) Object.assign(button, { disabled: true, title: "Works once it is sent" });
    panel.replaceChildren(preview, drop);
  }

  function take() {
    const taken = card;
    asked += 1;
    show(null);
    return taken;
  }
}

/** A search whose choice is put into the chat: the button that opens it, and its panel. */
export function fileSearch(chat, me) {
  const field = h("input", {
    type: "search", class: "find-field", placeholder: "Find a file", "aria-label": "Find a file", autocomplete: "off",
    role: "combobox", "aria-expanded": "true", "data-testid": "find", oninput: settled(look, QUIET), onkeydown: key,
  });
  const list = h("div", { class: "find-list", "aria-label": "Files" });
  const note = h("div", { class: "find-note", role: "status" });
  const panel = h("div", { class: "find-panel", hidden: true, "data-testid": "find-panel" }, field, note, list);
  const button = iconButton(icon("find"), "Find a file", { "data-testid": "find-file", onclick: () => open(panel.hidden) });
  const options = optionList(field, list, choose);
  let asked = 0;
  return { button, panel };

  function open(yes) {
    panel.hidden = !yes;
    if (!yes) return button.focus();
    field.value = "";
    field.focus();
    look();
  }

  function key(event) {
    if (options.key(event)) return;
    if (event.key === "Escape") open(false);
  }

  async function look() {
    const mine = ++asked;
    const typed = field.value.trim();
    const parameter = typed ? { name: "words", value: typed } : { name: "initialRun", value: "true" };
    const value = { commandId: "findFile", commandContext: "compose", parameters: [parameter], queryOptions: { skip: 0, count: 25 } };
    let found;
    try {
      found = (await ask(me.id, chat.id, { name: "composeExtension/query", value })).composeExtension ?? {};
    } catch (error) {
      found = { text: error.message };
    }
    if (mine !== asked) return;
    const login = found.suggestedActions?.actions?.[0];
    note.replaceChildren(...[login && signInPart({ text: "Please sign in to find your files.", buttons: [login] }, me, look), found.text].filter(Boolean));
    options.show(found.attachments ?? [], draw);
  }

  function draw({ preview: { content } }) {
    return div(
      "find-option",
      h("img", { src: content.images?.[0]?.url, alt: "", width: 32, height: 32 }),
      span("two-lines", span("line", content.title), span("line faint", content.text)),
    );
  }

  async function choose({ content }) {
    open(false);
    try {
      await postCard(me.id, chat.id, content);
    } catch (error) {
      open(true);
      note.textContent = error.message;
    }
  }
}
