// The page's own drawings, as SVG on a grid of 24.

const SVG = "http://www.w3.org/2000/svg";

const LINES = {
  chat: "M12 4a8 8 0 0 0-7.1 11.7L4 20l4.4-.9A8 8 0 1 0 12 4Z M8.8 10.5h6.4 M8.8 13.5h4",
  teams: "M9 7.2a2.2 2.2 0 1 1-.01 0Z M16.8 8.2a1.7 1.7 0 1 1-.01 0Z M4.5 13.5h9v3.2a4.5 4.5 0 0 1-9 0Z M15.5 13.5h4.8v2.4a3.4 3.4 0 0 1-4.6 3.2",
  files: "M6.5 3.5h7l4.5 4.5v11a1.5 1.5 0 0 1-1.5 1.5h-10A1.5 1.5 0 0 1 5 19V5a1.5 1.5 0 0 1 1.5-1.5Z M13 3.8V8.5h4.8",
  mail: "M5 5.5h14a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 17V7A1.5 1.5 0 0 1 5 5.5Z M3.8 7.5 12 12.6l8.2-5.1",
  send: "M4.5 4.5 20.5 12l-16 7.5L7 12Z M7 12h6.5",
  back: "M14.5 5.5 8 12l6.5 6.5",
  close: "M6.5 6.5l11 11 M17.5 6.5l-11 11",
  search: "M10.5 5a5.5 5.5 0 1 1-.01 0Z M14.7 14.7l4.8 4.8",
  moon: "M18.9 14.6A7.5 7.5 0 0 1 9.4 5.1a7.5 7.5 0 1 0 9.5 9.5Z",
  sun: "M12 8a4 4 0 1 1-.01 0Z M12 3v1.6 M12 19.4V21 M3 12h1.6 M19.4 12H21 M5.6 5.6l1.2 1.2 M17.2 17.2l1.2 1.2 M5.6 18.4l1.2-1.2 M17.2 6.8l1.2-1.2",
  down: "M6.5 9.5 12 15l5.5-5.5",
  reply: "M9.5 6.5 4.5 11.5l5 5 M5 11.5h8.5a6 6 0 0 1 6 6v.5",
  post: "M5 19.2l.9-3.7L15.8 5.6a1.6 1.6 0 0 1 2.3 0l.5.5a1.6 1.6 0 0 1 0 2.3L8.7 18.3Z",
  folder: "M4 6.5A1.5 1.5 0 0 1 5.5 5H9l2 2.2h7.5A1.5 1.5 0 0 1 20 8.7v8.8a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5Z",
  link: "M10 14a4 4 0 0 0 5.7 0l2.6-2.6a4 4 0 0 0-5.7-5.7l-1 1 M14 10a4 4 0 0 0-5.7 0l-2.6 2.6a4 4 0 0 0 5.7 5.7l1-1",
  group: "M9 6.5a2.5 2.5 0 1 1-.01 0Z M4 18a5 5 0 0 1 10 0 M15.5 7.2a2.3 2.3 0 0 1 0 4.5 M16.5 14a5 5 0 0 1 3.5 4",
  lock: "M7.5 10.5h9a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 18v-6a1.5 1.5 0 0 1 1.5-1.5Z M8.8 10.3V8a3.2 3.2 0 0 1 6.4 0v2.3",
  alert: "M12 4a8 8 0 1 1-.01 0Z M12 8v5 M12 15.8v.2",
  more: "M6 11.2a.8.8 0 1 1-.01 0Z M12 11.2a.8.8 0 1 1-.01 0Z M18 11.2a.8.8 0 1 1-.01 0Z",
  find: "M10 20.5H6.5A1.5 1.5 0 0 1 5 19V5a1.5 1.5 0 0 1 1.5-1.5h7l4.5 4.5v2.5 M13 3.8V8.5h4.8 M15.5 13.5a3 3 0 1 1-.01 0Z M17.7 18.7l2.6 2.6",
  hash: "M9.5 4.5 8 19.5 M16 4.5 14.5 19.5 M5 9.5h14.5 M4.5 14.5H19",
};

export function icon(name, size = 20) {
  const drawing = svg("svg", { viewBox: "0 0 24 24", width: size, height: size, class: `icon icon-${name}`, "aria-hidden": "true" });
  drawing.append(svg("path", { d: LINES[name] }));
  return drawing;
}

/** The bot's app icon: three people and the lines between them. */
export function botIcon() {
  const drawing = svg("svg", { viewBox: "0 0 32 32", class: "bot-icon", "aria-hidden": "true" });
  drawing.append(svg("path", { d: "M11 16 20.5 10 M11 16l9.5 6", class: "bot-lines" }));
  for (const [cx, cy] of [[10, 16], [21.5, 9.5], [21.5, 22.5]]) drawing.append(svg("circle", { cx, cy, r: 3.6 }));
  return drawing;
}

function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
