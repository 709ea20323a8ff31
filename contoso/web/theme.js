// Light or dark: as the system says, until the person says otherwise.

import { iconButton } from "./dom.js";
import { icon } from "./icons.js";

const KEPT = "contoso.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export function themeButton() {
  const button = iconButton("", "", { "data-testid": "theme", onclick: toggle });
  system.addEventListener("change", show);
  show();
  return button;

  function toggle() {
    localStorage.setItem(KEPT, current() === "dark" ? "light" : "dark");
    show();
  }

  function show() {
    const dark = current() === "dark";
    document.documentElement.dataset.theme = current();
    button.replaceChildren(icon(dark ? "sun" : "moon"));
    button.title = dark ? "Light theme" : "Dark theme";
    button.setAttribute("aria-label", button.title);
  }
}

const current = () => localStorage.getItem(KEPT) ?? (system.matches ? "dark" : "light");
