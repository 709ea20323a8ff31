// What the tenant can be asked, one function a question.

const API = "/teams/api";

/** The tenant's refusal; its message is a sentence for the person. `status` 0: the tenant was not reached. */
export class TenantError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** What the tenant cannot answer now is asked again when the stream is back; what it refuses is not swallowed. */
export const ifReached = (asked) =>
  asked.catch((error) => {
    if (error.status !== 0) throw error;
  });

export const tenant = () => look("/tenant");
export const chats = (user) => look("/chats", { user });
export const messages = (user, chat) => look(`/chats/${encodeURIComponent(chat)}/messages`, { user });
export const mail = (user) => look("/mail", { user });
export const files = (user) => look("/files", { user });
export const permissions = (user, drive, item) =>
  look(`/files/${encodeURIComponent(drive)}/${encodeURIComponent(item)}/permissions`, { user });

export const say = (user, chat, { text, mentions, root = null, card = null }) =>
  tell(`/chats/${encodeURIComponent(chat)}/messages`, { user, text, mentions, root, card });
export const act = (user, message, action) =>
  tell(`/chats/${encodeURIComponent(message.chat)}/messages/${encodeURIComponent(message.id)}/action`, { user, action });
export const ask = (user, chat, { name, value, message = null }) =>
  tell(`/chats/${encodeURIComponent(chat)}/ask`, { user, name, value, message });
export const move = (user, chat, person, joins) => tell(`/chats/${encodeURIComponent(chat)}/members`, { user, person, joins });
export const postCard = (user, chat, card) => tell(`/chats/${encodeURIComponent(chat)}/cards`, { user, card });
export const signInClosed = (user) => tell("/signin/closed", { user });

export const events = (user) => new EventSource(`${API}/events?${new URLSearchParams({ user })}`);

const look = (path, query = {}) => answer(`${API}${path}?${new URLSearchParams(query)}`, { cache: "no-store" });
const tell = (path, body) =>
  answer(`${API}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

async function answer(url, request) {
  let response;
  try {
    response = await fetch(url, request);
  } catch {
    throw new TenantError(0, "Contoso cannot be reached. Check that it is running.");
  }
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (response.ok) return body;
  throw new TenantError(response.status, body?.error ?? `Contoso answered ${response.status}.`);
}
