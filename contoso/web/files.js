// The files the person can see, and who can do what with the one that is open.

import { accessList, keyOf } from "./access.js";
import { div, h, iconButton, span } from "./dom.js";
import { heading } from "./heading.js";
import { icon } from "./icons.js";
import * as tenant from "./tenant.js";
import { fullTime, short } from "./time.js";

const KINDS = {
  xlsx: "sheet",
  csv: "sheet",
  docx: "text",
  txt: "text",
  md: "text",
  pptx: "slides",
  pdf: "pdf",
  png: "picture",
  jpg: "picture",
  svg: "picture",
};
const LETTERS = { sheet: "X", text: "W", slides: "P", pdf: "PDF", picture: "IMG", other: "" };

export function filesView(desk) {
  const rows = h("ul", { class: "file-rows", "aria-label": "Files" });
  const none = h("p", { class: "nothing", role: "status" });
  const filter = h(
    "input",
    {
      class: "field",
      type: "search",
      placeholder: "Filter by name",
      "aria-label": "Filter files",
      "data-testid": "file-filter",
      autocomplete: "off",
    },
  );
  const pane = div("pane details-pane");
  const element = div(
    "split files",
    div("pane files-pane", div("files-head", h("h1", { class: "pane-title" }, "Files"), filter), none, rows),
    pane,
  );
  let files = [];
  let shown = null;
  let known = null;
  filter.addEventListener("input", draw);
  return {
    element,
    open,
    leave() {},
    heard: ({ kind }) => kind === "files" && element.isConnected && tenant.ifReached(refresh()),
    refresh,
    unread: () => 0,
  };

  async function open([drive, item]) {
    shown = drive && item ? { drive, item } : null;
    known = null;
    element.classList.toggle("showing", Boolean(shown));
    await refresh();
  }

  async function refresh() {
    const asked = shown;
    const allowed = asked && tenant.permissions(desk.me.id, asked.drive, asked.item).catch((error) => error);
    files = await tenant.files(desk.me.id);
    draw();
    details(asked, await allowed);
  }

  function draw() {
    const words = filter.value.toLowerCase().split(/\s+/u);
    const found = files.filter(({ name, place, owner }) => words.every((word) => `${name} ${place} ${owner}`.toLowerCase().includes(word)));
    none.textContent = found.length ? "" : files.length ? "No file is called that." : "You have no files yet.";
    const focused = rows.contains(document.activeElement) && document.activeElement.dataset.file;
    rows.replaceChildren(...found.map(row));
    if (focused) [...rows.querySelectorAll("a")].find((link) => link.dataset.file === focused)?.focus();
  }

  function row(file) {
    const open = shown?.drive === file.driveId && shown?.item === file.id;
    return h(
      "li",
      {},
      h(
        "a",
        {
          class: "file-row",
          href: `#files/${encodeURIComponent(file.driveId)}/${encodeURIComponent(file.id)}`,
          "aria-current": open ? "true" : null,
          "data-testid": "file",
          "data-file": `${file.driveId}/${file.id}`,
        },
        sign(file),
        span("two-lines", h("span", { class: "line file-name", title: file.name }, file.name), span("line faint", file.place)),
        span("line faint file-owner", file.owner),
        span("faint file-modified", short(file.modified)),
        file.shared ? h(
          "span",
          { class: "faint file-shared", title: "Shared" },
          icon("group", 16),
          span("hidden", "Shared"),
        ) : span("file-shared"),
      ),
    );
  }

  function details(asked, allowed) {
    if (asked !== shown) return;
    if (!asked) pane.replaceChildren(h("p", { class: "nothing" }, "Select a file to see who has access."));
    else if (allowed instanceof tenant.TenantError) pane.replaceChildren(refusal(allowed));
    else pane.replaceChildren(about(files.find(({ driveId, id }) => driveId === asked.drive && id === asked.item), allowed));
    known = new Set(Array.isArray(allowed) ? allowed.map(keyOf) : []);
  }

  function about(file, permissions) {
    const fact = (term, value) => value && div("fact", h("dt", {}, term), h("dd", {}, value));
    return h(
      "section",
      { class: "details", "aria-label": file?.name ?? "File", "data-testid": "details" },
      heading({
        back: "#files", face: file && sign(file), name: file?.name ?? "File", about: file && !file.folder ? size(file.size) : "",
        end: file && copyLink(file.webUrl),
      }),
      div(
        "details-body",
        file && h("dl", {}, fact("Where", whereabouts(file)), fact("Owner", file.owner), fact("Modified", fullTime(file.modified))),
        h("h2", {}, "Manage access"),
        accessList(permissions, known),
      ),
    );
  }

  function refusal({ status, message }) {
    const closed = status === 403 || status === 404;
    return h(
      "section",
      { class: "details", "data-testid": "details" },
      heading({ back: "#files", name: "File" }),
      h(
        "div",
        { class: "refusal", role: "alert" },
        icon("lock", 40),
        h("p", { class: "strong" }, closed ? "You have no access to this item" : message),
        closed && h("p", { class: "faint" }, "Its owner can share it with you."),
      ),
    );
  }
}

function copyLink(address) {
  const button = iconButton(icon("link"), "Copy link", { "data-testid": "copy-link", onclick: copy });
  const told = span("faint", "");
  told.setAttribute("role", "status");
  return div("copy-link", told, button);

  async function copy() {
    await navigator.clipboard.writeText(address);
    told.textContent = "Link copied";
  }
}

function sign({ name, folder }) {
  const kind = folder ? "folder" : (KINDS[name.split(".").at(-1).toLowerCase()] ?? "other");
  return h(
    "span",
    { class: `file-sign file-${kind}`, "aria-hidden": "true" },
    folder ? icon("folder", 22) : LETTERS[kind] || icon("files", 22),
  );
}

/** The place and the folders, without the name that stands above. */
function whereabouts({ place, path, name }) {
  const parts = path.split("/").filter(Boolean);
  return [place, ...(parts.at(-1) === name ? parts.slice(0, -1) : parts)].join(" › ");
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "KB"] : [bytes / 1_000_000, "MB"];
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}
