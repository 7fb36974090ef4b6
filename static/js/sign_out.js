// Who signs out leaves nothing of what they typed on the device, and is told where some was never sent.
(function () {
  "use strict";
  const KEPT = "boardroom.kept:"; // as autosave.js keeps it
  const make = (tag, props = {}, ...children) => { const el = Object.assign(document.createElement(tag), props); el.append(...children); return el; };

  function kept(person) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(KEPT) && key.endsWith(`-of-${person}`));
    } catch { return []; } // no storage, so nothing is kept
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-sign-out]")) return;
    const keys = kept(form.dataset.signOut);
    if (!keys.length) return;
    event.preventDefault();
    const stay = make("button", { type: "button", className: "btn", textContent: "Stay signed in", autofocus: true });
    const go = make("button", { type: "button", className: "btn btn-danger", textContent: "Discard it and sign out" });
    const dialog = make("dialog", { className: "ask" },
      make("h2", { id: "unsent-title", textContent: "Not everything is sent yet" }),
      make("p", { textContent: `What you typed in ${keys.length === 1 ? "one form" : `${keys.length} forms`} is on this device alone. Open it again to have it saved; signing out removes it from the device.` }),
      make("div", { className: "ask-actions" }, go, stay));
    dialog.setAttribute("aria-labelledby", "unsent-title");
    stay.addEventListener("click", () => dialog.close());
    go.addEventListener("click", () => { for (const key of keys) localStorage.removeItem(key); form.submit(); });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  });
})();
