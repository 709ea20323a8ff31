// Where a person writes: Enter sends, Shift+Enter breaks the line, @ mentions; whatever is pasted is plain text.

import { div, h, iconButton } from "./dom.js";
import { icon } from "./icons.js";
import { mentionMenu } from "./mentions.js";

/** `send({text, mentions, card})` is called with what was written; `members` may be mentioned; `find` searches for a file; `pasted` hangs a card onto a link. */
export function composer({ placeholder, members, send, find = null, pasted = null }) {
  const editor = h("div", {
    class: "editor", contenteditable: "plaintext-only", role: "textbox", "aria-multiline": "true", "aria-label": placeholder,
    "data-placeholder": placeholder, "data-testid": "composer", spellcheck: "true", oninput: changed, onkeydown: key, onpaste: paste,
  });
  const menu = mentionMenu(editor, members);
  const button = iconButton(icon("send"), "Send", { class: "send", "data-testid": "send", onclick: submit });
  const element = div("composer", menu.element, find?.panel ?? "", pasted?.panel ?? "", div("composer-box", editor, find?.button ?? "", button));
  changed();
  return { element, focus: () => editor.focus(), fill };

  function changed() {
    const { text } = written(editor);
    // a browser leaves one line break in an emptied field
    editor.classList.toggle("empty", text === "" || text === "\n");
    button.disabled = !text.trim();
  }

  function paste({ clipboardData }) {
    pasted?.look(clipboardData.getData("text/plain"));
  }

  function key(event) {
    if (event.isComposing || menu.key(event) || event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    submit();
  }

  function submit() {
    const { text, mentions } = written(editor);
    if (!text.trim()) return;
    fill("");
    send({ text: text.trim(), mentions, card: pasted?.take() ?? null });
  }

  function fill(text) {
    editor.textContent = text;
    changed();
    editor.focus();
    getSelection().selectAllChildren(editor);
    getSelection().collapseToEnd();
  }
}

function written(editor) {
  const mentions = new Map();
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.tagName === "BR") return "\n";
    if (node.dataset.id) {
      mentions.set(node.dataset.id, { id: node.dataset.id, name: node.dataset.name });
      return `<at>${node.dataset.name}</at>`;
    }
    return `\n${[...node.childNodes].map(read).join("")}`;
  };
  const text = [...editor.childNodes].map(read).join("").replace(/\u00a0/gu, " ");
  return { text, mentions: [...mentions.values()] };
}
