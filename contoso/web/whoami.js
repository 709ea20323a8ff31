// Who the person at this window is: kept in the address and in the session, so two windows can be two people.

import { div, h, span } from "./dom.js";
import { icon } from "./icons.js";
import { optionList } from "./options.js";
import { avatar, tag } from "./people.js";

const KEPT = "contoso.as";

export function whoAmI(people) {
  const asked = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem(KEPT);
  const me = people.find((person) => person.mail.toLowerCase() === asked?.toLowerCase()) ?? people.find((person) => !person.guest) ?? people[0];
  sessionStorage.setItem(KEPT, me.mail);
  const url = new URL(location.href);
  url.searchParams.set("as", me.mail);
  history.replaceState(null, "", url);
  return me;
}

export function chooser(people, me) {
  const search = h("input", {
    class: "field", type: "search", role: "combobox", "aria-expanded": "true", "aria-label": "Find a person", placeholder: "Who do you want to be?",
    autocomplete: "off", oninput: show, onkeydown: key,
  });
  const list = h("div", { class: "chooser-list", "aria-label": "People" });
  const nobody = h("p", { class: "chooser-nobody", role: "status" });
  const options = optionList(search, list, (person) => (person.id === me.id ? close() : become(person)));
  const panel = h(
    "div",
    { class: "chooser", role: "dialog", "aria-label": "Become somebody else", hidden: true, "data-testid": "who-chooser" },
    search,
    list,
    nobody,
  );
  const button = h(
    "button",
    {
      class: "who", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-label": `You are ${me.name}. Become somebody else`,
      title: `${me.name} (${me.mail})`, "data-testid": "who-am-i", "data-as": me.mail, onclick: () => toggle(panel.hidden),
    },
    avatar(me.name, { size: "small" }), span("who-name", me.name), icon("down", 14),
  );
  const all = div("who-box", button, panel);
  document.addEventListener("pointerdown", (event) => all.contains(event.target) || toggle(false));
  all.addEventListener("focusout", (event) => event.relatedTarget && !all.contains(event.relatedTarget) && toggle(false));
  return all;

  function toggle(open) {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    search.value = "";
    show();
    search.focus();
  }

  function show() {
    const words = search.value.toLowerCase().split(/\s+/u);
    const found = people.filter((person) => {
      const about = `${person.name} ${person.mail} ${person.title} ${person.department}`.toLowerCase();
      return words.every((word) => about.includes(word));
    });
    nobody.textContent = found.length ? "" : "Nobody in Contoso is called that.";
    options.show(found, (person) =>
      h(
        "div",
        { class: "chooser-option", "data-mail": person.mail },
        avatar(person.name, { size: "small" }),
        span(
          "two-lines",
          span("line", person.name, person.guest && tag("Guest"), person.id === me.id && tag("You")),
          span("line faint", [person.title, person.department].filter(Boolean).join(", ") || person.mail),
        ),
      ),
    );
  }

  function key(event) {
    if (!options.key(event) && event.key === "Escape") close();
  }

  function close() {
    toggle(false);
    button.focus();
  }
}

/** A fresh page, so nothing of the one before is left on it. */
function become(person) {
  sessionStorage.setItem(KEPT, person.mail);
  location.assign(`/?${new URLSearchParams({ as: person.mail })}${location.hash.split("/")[0]}`);
}
