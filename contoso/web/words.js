// The words of a message as elements: plain, Markdown or the few tags of "xml"; never as somebody's HTML.

import { h } from "./dom.js";
import { safe } from "./links.js";

const MENTION = /<at>(.*?)<\/at>/giu;
const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}']/gu;
const TAGS = new Set(["A", "B", "BLOCKQUOTE", "BR", "CODE", "DIV", "EM", "I", "LI", "OL", "P", "PRE", "S", "SPAN", "STRONG", "U", "UL"]);

const markdown = window.markdownit({ html: false, breaks: true, linkify: true }).disable("image");
/** What a card's text may be: as in Teams, emphasis, lists and links. */
export const cardMarkdown = window
  .markdownit({ html: false, breaks: true })
  .disable(["image", "heading", "lheading", "code", "fence", "blockquote", "hr", "table", "backticks"]);

export function words(message, me) {
  const body = h("div", { class: `words words-${message.textFormat}`, dir: "auto" });
  if (message.textFormat === "markdown") body.innerHTML = markdown.render(message.text);
  else if (message.textFormat === "xml") body.append(...kept(new DOMParser().parseFromString(message.text, "text/html").body, me));
  else {
    body.textContent = message.text;
    linkAddresses(body, me);
  }
  dressLinks(body, me);
  markMentions(body, message.mentions, me);
  return body;
}

export function dressLinks(body, me) {
  for (const link of body.querySelectorAll("a[href]")) {
    const href = safe(link.getAttribute("href"), me);
    if (!href) link.replaceWith(...link.childNodes);
    else for (const [name, value] of [["href", href], ["target", "_blank"], ["rel", "noopener noreferrer"]]) link.setAttribute(name, value);
  }
}

/** `<at>Name</at>` of somebody who is mentioned becomes a mark; of anybody else it stays what was typed. */
export function markMentions(body, mentions, me) {
  const byName = new Map(mentions.map((mention) => [mention.name, mention]));
  replaceText(body, MENTION, ([whole, name]) => {
    const mention = byName.get(name.trim());
    return mention ? h("span", { class: mention.id === me.id ? "mention mention-me" : "mention" }, mention.name) : whole;
  });
}

/** One line that says what a message is about, for lists and toasts. */
export function firstLine(message) {
  const text = plain(message.text).split("\n").find((line) => line.trim());
  if (text) return message.textFormat === "markdown" ? text.replace(/[*_`#>~]+|\[([^\]]*)\]\([^)]*\)/gu, "$1").trim() : text.trim();
  const card = message.attachments.find((attachment) => attachment.content)?.content;
  return card?.fallbackText || firstText(card) || "Sent a card";
}

export const plain = (text) => text.replace(MENTION, "$1").replace(/<\/?[a-z][^>]*>/giu, "");

function firstText(card) {
  if (!card || typeof card !== "object") return "";
  if (typeof card.text === "string" && card.text.trim()) return card.text.trim();
  for (const part of ["body", "items", "columns", "inlines"]) {
    const inlines = part === "inlines" && Array.isArray(card.inlines);
    if (inlines) return card.inlines.map((run) => run.text ?? run).join("").trim();
    for (const inner of card[part] ?? []) {
      const found = firstText(inner);
      if (found) return found;
    }
  }
  return "";
}

/** A copy of what an inert document says, of known tags only, without attributes but a link's address. */
function kept(node, me) {
  return [...node.childNodes].flatMap((child) => {
    if (child.nodeType === Node.TEXT_NODE) return [child.data];
    if (child.nodeType !== Node.ELEMENT_NODE || ["SCRIPT", "STYLE", "TEMPLATE"].includes(child.tagName)) return [];
    if (child.tagName === "AT") return [`<at>${child.textContent}</at>`];
    const inside = kept(child, me);
    if (!TAGS.has(child.tagName)) return inside;
    return [h(child.tagName, child.tagName === "A" ? { href: child.getAttribute("href") } : {}, inside)];
  });
}

function linkAddresses(body) {
  replaceText(body, ADDRESS, ([address]) => h("a", { href: address }, address));
}

function replaceText(body, pattern, made) {
  body.normalize();
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const parts = [];
    let end = 0;
    for (const match of text.data.matchAll(pattern)) {
      parts.push(text.data.slice(end, match.index), made(match));
      end = match.index + match[0].length;
    }
    if (end) text.replaceWith(...parts, text.data.slice(end));
  }
}
