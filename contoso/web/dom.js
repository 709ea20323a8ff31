// Elements in one expression; text only ever becomes text.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const div = (look, ...children) => h("div", { class: look }, ...children);
export const span = (look, ...children) => h("span", { class: look }, ...children);

export function iconButton(drawing, label, attributes = {}) {
  const look = `icon-button ${attributes.class ?? ""}`.trim();
  return h("button", { type: "button", title: label, "aria-label": label, ...attributes, class: look }, drawing);
}

/** Calls `act` once, when nobody has asked for `quiet` milliseconds. */
export function settled(act, quiet) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, quiet);
  };
}

let ids = 0;
export const freshId = (word) => `${word}-${++ids}`;
