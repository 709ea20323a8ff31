// Messages in their order: kept by id, the newest last, days apart, one face for what is said in one breath.

import { h } from "./dom.js";
import { messageView } from "./message.js";
import { dayLine, sameDay } from "./time.js";

const ONE_BREATH = 5 * 60 * 1000;

/** Fills `container`. `days` draws the lines between two days. */
export function messageLog(container, context, { days = true } = {}) {
  const views = new Map();
  return { put, remove, replace, element: (id) => views.get(id)?.element, size: () => views.size, last: () => ordered().at(-1) };

  /** True if the message was not there before. */
  function put(message) {
    const known = views.get(message.id);
    if (known) known.update(message);
    else add(message);
    if (!known) arrange();
    return !known;
  }

  function remove(id) {
    views.get(id)?.element.remove();
    views.delete(id);
    arrange();
  }

  /** What is there now is all there is. */
  function replace(messages) {
    const present = new Set(messages.map((message) => message.id));
    for (const id of views.keys()) if (!present.has(id)) remove(id);
    for (const message of messages) {
      if (views.has(message.id)) views.get(message.id).update(message);
      else add(message);
    }
    arrange();
  }

  function add(message) {
    const view = messageView(message, context);
    views.set(message.id, view);
    const later = ordered().find((other) => other.timestamp > message.timestamp && other.id !== message.id);
    container.insertBefore(view.element, later ? views.get(later.id).element : firstUnsent());
  }

  /** Messages that are still on their way to the tenant stay at the end. */
  function firstUnsent() {
    return container.querySelector(":scope > .sending, :scope > .unsent");
  }

  function ordered() {
    return [...container.children].flatMap((element) => views.get(element.dataset.message)?.message() ?? []);
  }

  function arrange() {
    for (const line of container.querySelectorAll(":scope > .day")) line.remove();
    let before = null;
    for (const message of ordered()) {
      const { element } = views.get(message.id);
      const newDay = !before || !sameDay(before.timestamp, message.timestamp);
      if (days && newDay) element.before(h("div", { class: "day", role: "separator" }, h("span", {}, dayLine(message.timestamp))));
      const sameBreath = !newDay && before.from.id === message.from.id && new Date(message.timestamp) - new Date(before.timestamp) < ONE_BREATH;
      element.classList.toggle("continued", sameBreath);
      before = message;
    }
  }
}
