// Who has which right on a file, in the words of the sharing dialogue.

import { h, span } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, tag } from "./people.js";

const ORDER = ["owner", "write", "read"];
const WORDS = { owner: "Owner", write: "Can edit", read: "Can view" };

/** `before` are the ids that were there a moment ago; what came since is marked for a moment. */
export function accessList(permissions, before) {
  const rank = ({ owner, roles }) => (owner ? -1 : ORDER.indexOf(strongest(roles)));
  const sorted = [...permissions].sort((a, b) => rank(a) - rank(b));
  return h(
    "ul",
    { class: "access", "aria-label": "People with access" },
    sorted.map((permission) => row(permission, before && !before.has(keyOf(permission)))),
  );
}

/** A changed right is a new line too. */
export const keyOf = ({ id, roles }) => `${id} ${roles.join()}`;

function row({ name, mail, kind, roles, inherited, owner }, fresh) {
  const face = kind === "link" ? h(
    "span",
    { class: "avatar avatar-medium avatar-group", "aria-hidden": "true" },
    icon("link"),
  ) : avatar(name, { group: kind === "group" });
  const about = [mail, inherited && "inherited"].filter(Boolean).join(" · ");
  return h(
    "li",
    {
      class: `access-row${fresh ? " fresh" : ""}`,
      "data-testid": "access",
      "data-mail": mail || null,
      "data-role": owner ? "owner" : strongest(roles),
    },
    face,
    span(
      "two-lines",
      span("line", name, kind === "guest" && tag("Guest")),
      about && h("span", { class: "line faint", title: about }, about),
    ),
    span("role", owner ? WORDS.owner : (WORDS[strongest(roles)] ?? roles.join(", "))),
  );
}

const strongest = (roles) => ORDER.find((role) => roles.includes(role)) ?? roles[0] ?? "";
