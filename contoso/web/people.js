// Faces: coloured initials for people, a sign for groups, the app icon for the bot.

import { h, span } from "./dom.js";
import { botIcon, icon } from "./icons.js";

export function avatar(name, { bot = false, group = false, size = "medium" } = {}) {
  const kind = bot ? "avatar-bot" : group ? "avatar-group" : "";
  const inside = bot ? botIcon() : group ? icon("group") : initials(name);
  const face = h("span", { class: `avatar avatar-${size} ${kind}`, "aria-hidden": "true" }, inside);
  face.style.setProperty("--hue", hue(name));
  return face;
}

export const tag = (word) => span("tag", word);

function initials(name) {
  const words = name.trim().split(/\s+/u);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0] ?? "").join("").toUpperCase();
}

function hue(name) {
  let sum = 7;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 3600;
  return sum / 10;
}
