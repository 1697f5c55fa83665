const DAY = 24 * 60 * 60 * 1000;
const made = new Map();

/** A moment in the person's own zone and language: "Today, 14:03", "Yesterday, 09:10", "3 Mar 2026, 18:22". */
export function localTime(iso, { locale, timeZone, now = Date.now() } = {}) {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return null;
  const days = dayNumber(moment, timeZone) - dayNumber(new Date(now), timeZone);
  if (days === 0 || days === -1) {
    const clock = format("DateTimeFormat", locale, { timeZone, timeStyle: "short" }).format(moment);
    const day = format("RelativeTimeFormat", locale, { numeric: "auto" }).format(days, "day");
    return `${day.charAt(0).toLocaleUpperCase(locale)}${day.slice(1)}, ${clock}`;
  }
  return format("DateTimeFormat", locale, { timeZone, dateStyle: "medium", timeStyle: "short" }).format(moment);
}

/** What a statement says: the date, with the hour unless the day is enough, and never "today". */
export function statedTime(iso, form, { locale, timeZone } = {}) {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return null;
  const timeStyle = form === "day" ? undefined : "short";
  return new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "medium", timeStyle }).format(moment);
}

/** Calendar days, not 24-hour spans: five past midnight is another day than five to. */
function dayNumber(moment, timeZone) {
  const parts = format("DateTimeFormat", "en-CA", { timeZone, dateStyle: "short" }).format(moment);
  return Date.parse(`${parts}T00:00:00Z`) / DAY;
}

/** Each is slow to make, and a wall tells dozens of times. */
function format(kind, locale, options) {
  const name = JSON.stringify([kind, locale, options]);
  if (!made.has(name)) made.set(name, new Intl[kind](locale, options));
  return made.get(name);
}
