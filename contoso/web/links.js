// Where links lead: a new tab, never a script; a file of the tenant opens as the person of this window.

import { signInClosed } from "./tenant.js";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const POPUP = "popup,width=600,height=700";
const LOOK_AGAIN = 300;

/** The address to put into a link, or null when it is none that a chat may open. */
export function safe(address, me) {
  const url = URL.parse(address, location.href);
  if (!url || !["http:", "https:", "mailto:"].includes(url.protocol)) return null;
  const file = ours(url) && url.pathname.match(/^\/open\/([^/]+)\/([^/]+)$/u);
  if (!file) return url.href;
  const [drive, item] = file.slice(1).map(decodeURIComponent);
  return `/?${new URLSearchParams({ as: me.mail, open: `${drive}/${item}` })}#files`;
}

export function openTab(address, me) {
  const href = safe(address, me);
  if (href) window.open(href, "_blank", "noopener,noreferrer");
}

/** Opens the sign-in page; true once its window was closed and the tenant knows, false if it could not be opened. */
export async function signIn(address, me) {
  const href = safe(address, me);
  const popup = href && window.open(href, "contoso-sign-in", POPUP);
  if (!popup) return false;
  await new Promise((resolve) => {
    const watch = setInterval(() => {
      if (!popup.closed) return;
      clearInterval(watch);
      resolve();
    }, LOOK_AGAIN);
  });
  await signInClosed(me.id);
  return true;
}

/** The page is one place under each of the machine's own names. */
const ours = (url) =>
  url.origin === location.origin || (url.port === location.port && LOOPBACK.has(url.hostname) && LOOPBACK.has(location.hostname));
