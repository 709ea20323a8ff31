// The @ menu of a composer: type @ and a name, choose with the arrows, Enter puts the person in; so does a space behind a whole name.

import { div, h, span } from "./dom.js";
import { optionList } from "./options.js";
import { avatar } from "./people.js";

const TYPED = /(?:^|\s)@([^@\n]{0,40})$/u;
const SHOWN = 7;

/** `members` is a list of {id, name, bot}. Returns the menu's element and what it wants to know of keys. */
export function mentionMenu(editor, members) {
  const list = h("div", { class: "mention-list", "aria-label": "Mention somebody", hidden: true, "data-testid": "mention-menu" });
  const options = optionList(editor, list, insert);
  editor.addEventListener("input", look);
  editor.addEventListener("blur", close);

  return { element: list, key: (event) => !list.hidden && (event.key === "Escape" ? escape(event) : options.key(event)) };

  function look() {
    const typed = beforeCaret()?.typed;
    const named = /\s$/u.test(typed ?? "") ? members.find(({ name }) => name.toLowerCase() === typed.trim().toLowerCase()) : null;
    if (named) return insert(named);
    const found = typed === undefined ? [] : members.filter(({ name }) => fits(name, typed)).slice(0, SHOWN);
    list.hidden = !found.length;
    options.show(found, (member) =>
      div("chooser-option", avatar(member.name, { size: "small", bot: member.bot }), span("line", member.name)),
    );
  }

  function beforeCaret() {
    const { anchorNode: node, anchorOffset: offset, isCollapsed } = getSelection();
    if (!isCollapsed || node?.nodeType !== Node.TEXT_NODE || !editor.contains(node)) return null;
    const match = node.data.slice(0, offset).match(TYPED);
    return match && { node, from: offset - match[1].length - 1, to: offset, typed: match[1] };
  }

  function insert(member) {
    const place = beforeCaret();
    close();
    if (!place) return;
    const range = document.createRange();
    range.setStart(place.node, place.from);
    range.setEnd(place.node, place.to);
    range.deleteContents();
    const after = document.createTextNode("\u00a0");
    range.insertNode(after);
    range.insertNode(h(
      "span",
      { class: "mention", contenteditable: "false", "data-id": member.id, "data-name": member.name },
      member.name,
    ));
    getSelection().collapse(after, 1);
    editor.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function escape(event) {
    event.preventDefault();
    close();
    return true;
  }

  function close() {
    list.hidden = true;
    options.show([]);
  }
}

function fits(name, typed) {
  const [whole, wanted] = [name.toLowerCase(), typed.toLowerCase()];
  return whole.startsWith(wanted) || whole.split(" ").some((word) => word.startsWith(wanted));
}
