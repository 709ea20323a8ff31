// Who is in a chat; adding somebody, and taking somebody out.

import { div, h, span } from "./dom.js";
import { move, tenant } from "./tenant.js";

/** `desk` is {me, bot, chats}. What opens beneath the heading is as it is at that moment. */
export function membersMenu(chat, { me, bot, chats }) {
  const list = h("ul", {});
  const choice = h("select", { "aria-label": "Somebody to add", "data-testid": "member-to-add" });
  const add = h("button", { type: "button", class: "button", "data-testid": "add-member", onclick: () => change(choice.value, true) }, "Add");
  const element = h(
    "details",
    { class: "members", "data-testid": "members", ontoggle: () => element.open && draw() },
    h("summary", {}, "People"),
    div("members-box", list, div("members-add", choice, add)),
  );
  return element;

  async function draw() {
    const there = (chats.find(chat.id)?.members ?? []).filter(({ id }) => id !== bot.id);
    const { people } = await tenant();
    const others = people.filter(({ id }) => !there.some((member) => member.id === id));
    list.replaceChildren(...there.map(row));
    choice.replaceChildren(...others.map(({ id, name, guest }) => h("option", { value: id }, guest ? `${name} (guest)` : name)));
  }

  function row({ id, name }) {
    const title = id === me.id ? "Leave" : "Remove";
    const remove = h(
      "button",
      { type: "button", class: "button", "data-testid": "remove-member", "aria-label": `${title} ${name}`, onclick: () => change(id, false) },
      title,
    );
    return h("li", {}, span("line", name), remove);
  }

  async function change(id, joins) {
    await move(me.id, chat.id, id, joins);
    await chats.load();
    await draw();
  }
}
