import { adopt, markSeen } from "../feed.js";

/** A page that shows pictures of a request without its frames: who looks at it has seen that it is done. */
export function seen(element) {
  const { id, url } = element.dataset;
  adopt({ id, url, status: "delivered", revision: 0, attempt: 0, finished: true, seen: false });
  const look = () => !document.hidden && markSeen(id);
  document.addEventListener("visibilitychange", look);
  // After the live connection of the body is there to carry it.
  setTimeout(look, 1000);
}
