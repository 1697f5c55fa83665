import { localTime, statedTime } from "../lib/times.js";
import { locale, timeZone } from "../page.js";

/** The person reads the time of their device, or of the place that they chose, and finds the exact one under the pointer. */
export function localTimes(element) {
  const { form } = element.dataset;
  const where = { locale, timeZone };
  const text = form ? statedTime(element.dateTime, form, where) : localTime(element.dateTime, where);
  if (!text) return;
  element.title = element.textContent.trim();
  element.textContent = text;
}
