/** Sends a form as a script does: the facts come back as JSON, or as a fragment where the page wants one. */
export async function send(action, body, { fragment = false } = {}) {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const headers = { "X-CSRFToken": token, Accept: "application/json", ...(fragment && { "HX-Request": "true" }) };
  const answer = await fetch(action, { method: "POST", body, headers }).catch(() => null);
  if (answer?.redirected && new URL(answer.url).pathname.startsWith("/accounts/")) location.assign(answer.url);
  return answer ?? { ok: false, status: 0, json: async () => ({}), text: async () => "" };
}

export function fields(pairs) {
  const body = new URLSearchParams();
  for (const [name, values] of Object.entries(pairs)) for (const value of [values].flat()) body.append(name, value);
  return body;
}
