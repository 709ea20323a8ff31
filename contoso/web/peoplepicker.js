// The choice of people on a card, as in Teams: type a name, get the directory, send object ids.

import { div, h, span } from "./dom.js";
import { optionList } from "./options.js";
import { avatar } from "./people.js";

const { ChoiceSetInput, GlobalRegistry } = window.AdaptiveCards;
const DATASET = "graph.microsoft.com/users";
const SHOWN = 8;

/** From now on, choice sets that ask for the directory offer these people; all others stay the library's. */
export function offerPeople(directory) {
  class PeopleOrChoices extends ChoiceSetInput {
    internalParse(source, context) {
      super.internalParse(source, context);
      const asked = source["choices.data"]?.dataset ?? "";
      if (asked.startsWith(DATASET)) this.picker = picker(this, directory);
    }

    isDynamicTypeahead() {
      return !this.picker && super.isDynamicTypeahead();
    }

    internalRender() {
      return this.picker ? this.picker.render() : super.internalRender();
    }

    updateInputControlAriaLabelledBy() {
      if (this.picker) this.picker.labelled(this.getAllLabelIds());
      else super.updateInputControlAriaLabelledBy();
    }

    focus() {
      if (this.picker) this.picker.focus();
      else super.focus();
    }

    isSet() {
      return this.picker ? Boolean(this.value) : super.isSet();
    }

    isValid() {
      return this.picker ? true : super.isValid();
    }

    get value() {
      return this.picker ? this.picker.value() : super.value;
    }
  }
  GlobalRegistry.elements.register("Input.ChoiceSet", PeopleOrChoices);
}

function picker(input, directory) {
  const known = new Map(directory.map((person) => [person.id, person]));
  for (const { value, title } of input.choices) known.set(value, known.get(value) ?? { id: value, name: title, mail: "", title: "" });
  const asked = (input.defaultValue ?? "").split(",").map((id) => id.trim());
  let picked = asked.filter((id) => known.has(id));

  const chips = span("picked");
  const field = h("input", {
    type: "text", role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", autocomplete: "off",
    placeholder: input.placeholder ?? "Type a name", oninput: offer, onfocus: offer, onkeydown: key, onblur: () => fold(),
  });
  const list = h("div", { class: "picker-list", "aria-label": "People", hidden: true });
  const box = h("div", { class: "ac-input people-picker", onclick: (event) => event.target === box && field.focus() }, chips, field, list);
  const options = optionList(field, list, pick);

  return {
    render() {
      draw();
      return box;
    },
    labelled: (ids) => (ids.length ? field.setAttribute("aria-labelledby", ids.join(" ")) : field.setAttribute("aria-label", "People")),
    focus: () => field.focus(),
    value: () => (picked.length ? picked.join(",") : undefined),
  };

  function offer() {
    const words = field.value.toLowerCase().split(/\s+/u);
    const found = [...known.values()].filter(
      (person) => !picked.includes(person.id) && words.every((word) => `${person.name} ${person.mail}`.toLowerCase().includes(word)),
    );
    fold(found.length > 0);
    options.show(found.slice(0, SHOWN), (person) =>
      div(
        "chooser-option",
        avatar(person.name, { size: "small" }),
        span("two-lines", span("line", person.name), span("line faint", person.title || person.mail)),
      ),
    );
  }

  function fold(open = false) {
    list.hidden = !open;
    field.setAttribute("aria-expanded", String(open));
  }

  function pick(person) {
    picked = input.isMultiSelect ? [...picked, person.id] : [person.id];
    changed();
    field.focus();
    fold();
  }

  function drop(id) {
    picked = picked.filter((other) => other !== id);
    changed();
    field.focus();
  }

  function changed() {
    field.value = "";
    draw();
    input.valueChanged();
  }

  function draw() {
    field.hidden = picked.length > 0 && !input.isMultiSelect;
    chips.replaceChildren(
      ...picked.map((id) => {
        const { name } = known.get(id);
        return h(
          "button",
          { type: "button", class: "pick", title: `Remove ${name}`, "aria-label": `Remove ${name}`, onclick: () => drop(id) },
          name,
          h("span", { "aria-hidden": "true" }, "×"),
        );
      }),
    );
  }

  function key(event) {
    if (!list.hidden && options.key(event)) return;
    if (event.key === "Escape") fold();
    if (event.key === "Backspace" && !field.value && picked.length) drop(picked.at(-1));
  }
}
