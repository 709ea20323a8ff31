// One Adaptive Card, drawn by Microsoft's renderer.

import { h } from "./dom.js";
import { HOST_CONFIG } from "./hostconfig.js";
import { openTab } from "./links.js";
import { cardMarkdown, dressLinks, firstLine, markMentions } from "./words.js";

const { AdaptiveCard, ExecuteAction, GlobalSettings, HostConfig, OpenUrlAction, SubmitAction } = window.AdaptiveCards;
const config = new HostConfig(HOST_CONFIG);

GlobalSettings.setTabIndexAtCardRoot = false;
AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = cardMarkdown.render(text);
  result.didProcess = true;
};

/** `pressed(action, button)` gets what the bot shall be told, `search(query)` what it is asked for while somebody types; links open by themselves. */
export function drawCard(content, me, pressed, search) {
  const about = firstLine({ text: "", attachments: [{ content }] });
  const frame = h("div", {
    class: content.msteams?.width?.toLowerCase() === "full" ? "card card-full" : "card",
    role: "group", tabindex: "-1", "aria-label": `Card: ${about}`, "data-testid": "card",
  });
  const card = new AdaptiveCard();
  card.hostConfig = config;
  card.search = search;
  card.onExecuteAction = (action) => {
    if (action instanceof OpenUrlAction) openTab(action.url ?? "", me);
    else if (action instanceof ExecuteAction || action instanceof SubmitAction) pressed(told(action), action.renderedElement);
  };
  card.onAnchorClicked = (_element, anchor) => {
    openTab(anchor.href, me);
    return true;
  };
  card.parse(content);
  const drawn = card.render();
  if (drawn) frame.append(drawn);
  else frame.append(h("p", { class: "card-undrawn" }, about));
  dressLinks(frame, me);
  markMentions(frame, (content.msteams?.entities ?? []).filter((entity) => entity.type === "mention").map((entity) => entity.mentioned), me);
  return frame;
}

/** Nothing on the card can be pressed until the returned function is called; the pressed button shows that it works. */
export function hold(card, button) {
  const held = [...card.querySelectorAll("button, input, select, textarea")].filter((control) => !control.disabled);
  for (const control of held) control.disabled = true;
  card.setAttribute("aria-busy", "true");
  button?.classList.add("waiting");
  return () => {
    for (const control of held) control.disabled = false;
    card.removeAttribute("aria-busy");
    button?.classList.remove("waiting");
    if (button?.isConnected && document.activeElement === document.body) button.focus({ preventScroll: true });
  };
}

function told(action) {
  const { id, title = "", verb, data = {} } = action;
  return { type: action.getJsonTypeName(), title, verb, id, data };
}
