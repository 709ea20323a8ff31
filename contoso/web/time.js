// Moments as a chat shows them.

const LOCALE = "en-US";
const clockFormat = new Intl.DateTimeFormat(LOCALE, { hour: "numeric", minute: "2-digit" });
const weekdayFormat = new Intl.DateTimeFormat(LOCALE, { weekday: "long" });
const dayFormat = new Intl.DateTimeFormat(LOCALE, { weekday: "long", month: "long", day: "numeric" });
const dateFormat = new Intl.DateTimeFormat(LOCALE, { month: "short", day: "numeric", year: "numeric" });
const shortFormat = new Intl.DateTimeFormat(LOCALE, { month: "numeric", day: "numeric" });

export const clock = (iso) => clockFormat.format(new Date(iso));
export const fullTime = (iso) => `${dateFormat.format(new Date(iso))} ${clock(iso)}`;

/** The line between two days of a conversation. */
export function dayLine(iso) {
  const days = daysAgo(iso);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return dayFormat.format(new Date(iso));
}

/** The day, if it is not today, and the clock. */
export const dayAndClock = (iso) => (daysAgo(iso) === 0 ? clock(iso) : `${dayLine(iso)} ${clock(iso)}`);

/** As short as a list needs it: the clock today, the weekday this week, else the date. */
export function short(iso) {
  const days = daysAgo(iso);
  if (days <= 0) return clock(iso);
  if (days === 1) return "Yesterday";
  return days < 7 ? weekdayFormat.format(new Date(iso)) : shortFormat.format(new Date(iso));
}

export const sameDay = (a, b) => new Date(a).toDateString() === new Date(b).toDateString();

function daysAgo(iso) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(new Date()) - midnight(new Date(iso))) / 86_400_000);
}
