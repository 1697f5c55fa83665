import { localTime, statedTime } from "../lib/times.js";
import { locale } from "../page.js";

/** The server writes UTC; the person reads their own time, and finds the exact one under the pointer. */
export function localTimes(element) {
  const { form } = element.dataset;
  const text = form ? statedTime(element.dateTime, form, { locale }) : localTime(element.dateTime, { locale });
  if (!text) return;
  element.title = element.textContent.trim();
  element.textContent = text;
}
