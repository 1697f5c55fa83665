import { localTime } from "../lib/times.js";
import { locale, timeZone } from "../page.js";

/** The person reads the time of their device, or of the place that they chose, and finds the exact one under the pointer. */
export function localTimes(element) {
  const text = localTime(element.dateTime, { locale, timeZone });
  if (!text) return;
  element.title = element.textContent.trim();
  element.textContent = text;
}
