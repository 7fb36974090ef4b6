// Who signs out leaves nothing of what they typed on the device, in any tab, and is told where some was
// never sent.
(function () {
  "use strict";
  const KEPT = "boardroom.kept:"; // as autosave.js and comments.js keep it, on the pages that have them
  const PATIENCE = 3000; // ms for the last words to be saved
  const make = (tag, props = {}, ...children) => { const el = Object.assign(document.createElement(tag), props); el.append(...children); return el; };

  function kept() {
    const mine = new RegExp(`[ -]of[ -]${window.BoardroomTabs.person}$`);
    try {
      return [localStorage, sessionStorage].flatMap((store) =>
        Object.keys(store).filter((key) => key.startsWith(KEPT) && mine.test(key)).map((key) => [store, key]));
    } catch { return []; } // no storage, so nothing is kept
  }

  function forget() {
    window.BoardroomAutosave?.stop(); // else it would keep them again, at the latest as the page goes
    for (const [store, key] of kept()) store.removeItem(key);
  }
  function leave(form) {
    forget();
    window.BoardroomTabs.signedOut();
    form.submit();
  }
  document.addEventListener("boardroom:signed-out", () => {
    forget();
    window.Boardroom.saveState("error", "Signed out, not kept");
    window.Boardroom.toast("You signed out in another tab. Nothing that is typed here is kept or sent any more.", { seconds: 0 });
  });

  function ask(form, many) {
    const stay = make("button", { type: "button", className: "btn", textContent: "Stay signed in", autofocus: true });
    const go = make("button", { type: "button", className: "btn btn-danger", textContent: "Discard it and sign out" });
    const dialog = make("dialog", { className: "ask" },
      make("h2", { id: "unsent-title", textContent: "Not everything is sent yet" }),
      make("p", { textContent: `What you typed in ${many === 1 ? "one form" : `${many} forms`} is on this device alone. Open it again to have it saved; signing out removes it from the device.` }),
      make("div", { className: "ask-actions" }, go, stay));
    dialog.setAttribute("aria-labelledby", "unsent-title");
    stay.addEventListener("click", () => dialog.close());
    go.addEventListener("click", () => leave(form));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-sign-out]")) return;
    event.preventDefault();
    if (!navigator.onLine) { window.Boardroom?.toast("There is no connection. Sign out when it is back."); return; }
    const autosave = window.BoardroomAutosave;
    const open = () => (autosave ? autosave.open().filter((one) => autosave.unsaved(one)) : []);
    const saved = Promise.all(open().map((one) => autosave.flush(one)));
    await Promise.race([saved, new Promise((done) => setTimeout(done, PATIENCE))]);
    const many = Math.max(kept().length, open().length);
    if (many) ask(form, many);
    else leave(form);
  });
})();
