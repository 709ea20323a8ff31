// The choices on a card that are searched while one types, as in Teams: people of the directory, who are sent by their
// object ids, and whatever else the bot is asked for.

import { div, freshId, h, settled, span } from "./dom.js";
import { optionList } from "./options.js";
import { avatar } from "./people.js";

const { ChoiceSetInput, GlobalRegistry } = window.AdaptiveCards;
const PEOPLE = "graph.microsoft.com/users";
const SHOWN = 15;
const QUIET = 250;

/** From now on, choice sets with a data set are searched, among these people or by the bot; all others stay the library's. */
export function offerSearch(directory) {
  class SearchedOrChoices extends ChoiceSetInput {
    internalParse(source, context) {
      super.internalParse(source, context);
      const dataset = source["choices.data"]?.dataset;
      if (dataset) this.picker = picker(this, dataset.startsWith(PEOPLE) ? among(directory, this) : asked(dataset, this));
    }

    isDynamicTypeahead() {
      return !this.picker && super.isDynamicTypeahead();
    }

    internalRender() {
      return this.picker ? this.picker.render() : super.internalRender();
    }

    updateInputControlAriaLabelledBy() {
      if (this.picker) this.picker.labelled(this.getAllLabelIds(), this.label);
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
      return this.picker ? this.picker.settled() : super.isValid();
    }

    showValidationFailureCue() {
      if (this.picker) this.picker.failed(true);
      else super.showValidationFailureCue();
    }

    removeValidationFailureCue() {
      if (this.picker) this.picker.failed(false);
      else super.removeValidationFailureCue();
    }

    get value() {
      return this.picker ? this.picker.value() : super.value;
    }
  }
  GlobalRegistry.elements.register("Input.ChoiceSet", SearchedOrChoices);
}

/** People of the directory, and those that the card brings along. */
function among(directory, input) {
  const known = new Map(directory.map(({ id, name, mail, title }) => [id, { id, name, mail, about: title || mail }]));
  for (const own of brought(input)) if (!known.has(own.id)) known.set(own.id, own);
  return { quiet: 0, known, face: ({ name }) => avatar(name, { size: "small" }), find };

  async function find(typed) {
    const words = typed.toLowerCase().split(/\s+/u);
    return [...known.values()].filter(({ name, mail = "" }) => words.every((word) => `${name} ${mail}`.toLowerCase().includes(word)));
  }
}

/** What the bot finds; nothing before anything is typed. */
function asked(dataset, input) {
  const known = new Map(brought(input).map((own) => [own.id, own]));
  return { quiet: QUIET, known, face: () => null, find };

  async function find(typed) {
    if (!typed) return [...known.values()];
    const { statusCode, value } = await input.getRootElement().search({ queryText: typed, queryOptions: { skip: 0, top: SHOWN }, dataset });
    if (statusCode !== 200) throw new Error(value?.message ?? "The app could not search for this.");
    return value.results.map((found) => ({ id: found.value, name: found.title }));
  }
}

const brought = ({ choices }) => choices.map(({ value, title }) => ({ id: value, name: title }));

function picker(input, source) {
  const many = input.isMultiSelect;
  const known = new Map(source.known);
  const before = (input.defaultValue ?? "").split(many ? "," : "\n").map((id) => id.trim());
  let picked = before.filter((id) => known.has(id));
  let turn = 0;

  const chips = span("picked");
  const ask = settled(offer, source.quiet);
  const field = h("input", {
    type: "text", role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", autocomplete: "off",
    placeholder: input.placeholder ?? "Type to search", oninput: ask, onclick: offer, onkeydown: key, onblur: () => fold(),
  });
  const list = h("div", { class: "picker-list", "aria-label": "Found", hidden: true });
  const note = h("div", { class: "picker-note", role: "status", id: freshId("note") });
  const box = h("div", { class: "ac-input picker", onclick: (event) => event.target === box && field.focus() }, chips, field, list, note);
  const options = optionList(field, list, pick);

  return {
    render() {
      draw();
      return box;
    },
    labelled(ids, label) {
      if (ids.length) field.setAttribute("aria-labelledby", ids.join(" "));
      else field.setAttribute("aria-label", label ?? "Search");
      list.setAttribute("aria-label", label ?? "Found");
    },
    focus: () => (field.hidden ? chips.querySelector("button") : field).focus(),
    value: () => (picked.length ? picked.join(",") : undefined),
    // what was typed and not chosen would be lost
    settled: () => !field.value.trim(),
    failed(yes) {
      box.classList.toggle("ac-input-validation-failed", yes);
      if (yes) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    },
  };

  async function offer() {
    const mine = ++turn;
    const typed = field.value.trim();
    let found = [];
    let said = "";
    try {
      if (typed && source.quiet) tell("Searching …");
      found = (await source.find(typed)).filter(({ id }) => !picked.includes(id)).slice(0, SHOWN);
      if (typed && !found.length) said = "No matches";
    } catch (error) {
      said = error.message;
    }
    if (mine !== turn || document.activeElement !== field) return;
    for (const one of found) known.set(one.id, one);
    fold(found.length > 0);
    tell(said);
    options.show(found, (one) =>
      div("chooser-option", source.face(one), span("two-lines", span("line", one.name), one.about && span("line faint", one.about))),
    );
  }

  function tell(said) {
    note.textContent = said;
  }

  function fold(open = false) {
    if (!open) turn += 1;
    list.hidden = !open;
    field.setAttribute("aria-expanded", String(open));
    tell("");
  }

  function pick({ id }) {
    picked = many ? [...picked, id] : [id];
    changed();
  }

  function drop(id) {
    picked = picked.filter((other) => other !== id);
    changed();
  }

  function changed() {
    field.value = "";
    draw();
    input.valueChanged();
    (field.hidden ? chips.querySelector("button") : field).focus();
    fold();
  }

  function draw() {
    field.hidden = picked.length > 0 && !many;
    chips.replaceChildren(
      ...picked.map((id) => {
        const { name } = known.get(id);
        return h(
          "button",
          { type: "button", class: "pick", title: `Remove ${name}`, "aria-label": `Remove ${name}`, onclick: () => drop(id) },
          span("pick-name", name),
          h("span", { "aria-hidden": "true" }, "×"),
        );
      }),
    );
  }

  function key(event) {
    // whoever only passes through the form chooses nothing
    const passes = event.key === "Tab" && !field.value;
    if (!list.hidden && !passes && options.key(event)) return;
    if (event.key === "ArrowDown") offer();
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      fold();
    }
    if (event.key === "Backspace" && !field.value && picked.length) drop(picked.at(-1));
  }
}
