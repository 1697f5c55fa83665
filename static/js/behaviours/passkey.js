/** A form that a passkey fills: the browser is asked, and what it signed is sent. */
export function passkey(form) {
  const asked = JSON.parse(form.querySelector("script[type='application/json']").textContent);
  const said = form.querySelector("[data-said]");
  const say = (words) => {
    said.textContent = words;
    said.hidden = !words;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return say(form.dataset.unable);
    try {
      const credential = await (form.dataset.does === "create" ? made(asked.creation_options) : used(asked.request_options));
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit(); // not again through this listener
    } catch (error) {
      // An address without a name, as 127.0.0.1, can have none.
      say(error.name === "SecurityError" ? form.dataset.unable : form.dataset.failed);
    }
  });
}

const made = ({ publicKey }) =>
  navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });

const used = ({ publicKey }) =>
  navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
