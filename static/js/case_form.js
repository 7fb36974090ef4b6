// The referral's form beside autosave.js: lines that come and go, one date for a day's results,
// folds that open when something inside them is meant, forms that wait for the save.
(function () {
  "use strict";
  const form = document.getElementById("case-form");
  if (!form) return;
  // A form that was refused stands under the address it was sent to, where nothing can be fetched.
  if (!location.pathname.endsWith("/edit")) history.replaceState(null, "", new URL(form.action).pathname.replace(/save$/, "edit") + location.hash);

  // ---- Lines: the server makes them; what is typed elsewhere in the box stays --------------------
  let busy = false;
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-part]");
    if (!button) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    button.disabled = true;
    const key = button.dataset.pressed ??= window.Boardroom.newKey(); // without an answer, pressed again it is the same press
    try {
      await window.BoardroomAutosave.flush(form);
      const response = await fetch(button.getAttribute("formaction"), {
        method: "POST",
        headers: { "X-Boardroom-Part": "1", Accept: "application/json", "Idempotency-Key": key },
        body: new URLSearchParams({ version: form.dataset.version }),
      });
      const answer = /json/.test(response.headers.get("Content-Type") ?? "") ? await response.json() : null;
      if (!response.ok || !answer?.html) throw new Error(response.status);
      replace(button.closest("[data-part-box]"), answer);
    } catch {
      window.Boardroom.toast("That did not work. Look at the connection and try again.");
      button.disabled = false;
    } finally {
      busy = false;
    }
  });
  function replace(box, answer) {
    const typed = [...box.querySelectorAll("[name]")].filter((el) => el.value !== (el.tagName === "SELECT" ? [...el.options].find((o) => o.defaultSelected)?.value ?? "" : el.defaultValue));
    const holder = document.createElement("div");
    holder.innerHTML = answer.html;
    const fresh = holder.firstElementChild;
    box.replaceWith(fresh);
    for (const el of typed) {
      const again = fresh.querySelector(`[name="${CSS.escape(el.name)}"]`);
      if (again) again.value = el.value;
    }
    form.dataset.version = answer.version;
    form.elements.namedItem("version").value = answer.version;
    const missing = document.querySelector("[data-autosave-missing]");
    if (missing) missing.innerHTML = answer.missing_html;
    tellSections(answer);
    tellAsked(answer);
    window.Boardroom.saveState("saved", `Saved ${answer.saved_at}`);
    document.getElementById(answer.focus)?.focus();
  }

  // ---- How far each section is, in the contents and beside its name ---------------------------------
  function tellSections(answer) {
    for (const [key, [kind, words]] of Object.entries(answer.sections ?? {}))
      for (const el of document.querySelectorAll(`[data-section-state="${key}"]`)) {
        el.className = `section-count is-${kind}`;
        el.textContent = words;
      }
  }
  // What is asked of a referrer: here as soon as it is given, else still to be given or explained.
  function tellAsked(answer) {
    for (const line of document.querySelectorAll("[data-asked]")) {
      const missing = (answer.asked ?? []).includes(line.dataset.asked);
      line.querySelector("[data-asked-here]").hidden = missing;
      line.querySelector("[data-asked-missing]").hidden = !missing;
    }
  }
  form.addEventListener("autosave:saved", (event) => { tellSections(event.detail); tellAsked(event.detail); });

  // ---- Sections: what was opened stays open when the page comes again ---------------------------------
  const parts = [...form.querySelectorAll("[data-section]")];
  const place = `boardroom.open:${form.dataset.autosaveKey}`;
  const everything = document.querySelector("[data-fold-all]");
  function sayFold() {
    if (everything) everything.textContent = parts.every((part) => part.open) ? "Close all sections" : "Open all sections";
  }
  try { for (const key of JSON.parse(sessionStorage.getItem(place)) ?? []) parts.filter((part) => part.dataset.section === key).forEach((part) => { part.open = true; }); } catch { /* no store */ }
  for (const part of parts) part.addEventListener("toggle", () => {
    try { sessionStorage.setItem(place, JSON.stringify(parts.filter((one) => one.open).map((one) => one.dataset.section))); } catch { /* no store */ }
    sayFold();
  });
  everything?.removeAttribute("hidden");
  everything?.addEventListener("click", () => {
    const open = !parts.every((part) => part.open);
    for (const part of parts) part.open = open;
  });
  sayFold();

  // ---- One date for the results of a day --------------------------------------------------------
  const sameDay = document.getElementById("same-day");
  document.querySelector("[data-same-day]")?.removeAttribute("hidden");
  form.addEventListener("input", (event) => {
    if (!sameDay?.value || !sameDay.validity.valid || !/^fact-.*-value$/.test(event.target.name ?? "")) return;
    const date = event.target.closest(".fact-line")?.querySelector("[data-fact-date]");
    if (date && !date.value && event.target.value && event.target.closest("#liver")) date.value = sameDay.value;
  });

  // ---- A link to a field opens the fold it lies in ------------------------------------------------
  function unfold(id) {
    const target = id && document.getElementById(id);
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView({ block: target.matches(".form-part-body") ? "start" : "center" });
    if (target.matches("input, select, textarea, button")) target.focus({ preventScroll: true });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-autosave-missing] a[href^='#'], #asked a[href^='#'], .error-summary a[href^='#'], .section-nav a[href^='#']");
    if (!link) return;
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    unfold(decodeURIComponent(link.hash.slice(1)));
  });
  unfold(decodeURIComponent(location.hash.slice(1)));

  // The same value in its other unit is of what was stored: beside a changed one it would mislead.
  form.addEventListener("input", (event) => {
    event.target.closest(".fact-line")?.querySelector("[data-also]")?.remove();
  });

  // ---- Forms that leave the page wait until all is saved -------------------------------------------
  document.addEventListener("submit", (event) => {
    const leaving = event.target;
    if (leaving.dataset.afterSave !== form.id || leaving.dataset.ready) return;
    event.preventDefault();
    window.BoardroomAutosave.flush(form).then((all) => {
      if (all === false) { window.Boardroom.toast("Some fields are not saved yet. Look at the marked ones first."); return; }
      leaving.dataset.ready = "1";
      // Not at once: with nothing to save we are still inside this form's submit event, which ignores another.
      setTimeout(() => leaving.requestSubmit());
    });
  });

  // ---- Documents that are chosen and not attached yet: no press goes on without them ----------------
  const attach = document.getElementById("attach"), chooser = document.getElementById("f-file");
  const chosen = () => Boolean(chooser?.files.length);
  let attaching = false;
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!chosen() || !attach || button?.hasAttribute("data-part")) return;
    event.preventDefault();
    event.stopPropagation();
    if (attaching) return;
    unfold(chooser.id);
    if (!attach.reportValidity()) return;
    // Not at once: we are inside this form's submit event, and the attaching saves it first.
    if (!button || button.hasAttribute("data-autosave-flush")) setTimeout(() => attach.requestSubmit());
    else attachFirst(button);
  });
  async function attachFirst(button) {
    attaching = true;
    const names = [...chooser.files].map((file) => file.name).join(", ");
    let answer = null;
    try {
      await window.BoardroomAutosave.flush(form);
      window.Boardroom.saveState("saving", "Attaching…");
      const response = await fetch(attach.action, { method: "POST", headers: { "X-Boardroom-Part": "1", Accept: "application/json" }, body: new FormData(attach) });
      answer = /json/.test(response.headers.get("Content-Type") ?? "") ? await response.json() : null;
      if (!response.ok || !answer?.version) throw new Error(response.status);
    } catch {
      window.Boardroom.saveState("error");
      window.Boardroom.sayFiles(chooser, answer?.error ? `Not attached, so nothing is submitted yet: ${answer.error}` : `Not submitted: ${names} could not be attached. Try again, or take it out of the chooser.`);
      chooser.focus();
      return;
    } finally {
      attaching = false;
    }
    attach.reset();
    // Only over the version that stood here: what somebody else saved meanwhile is asked about as ever.
    if (String(answer.before) === form.dataset.version) form.dataset.version = form.elements.namedItem("version").value = answer.version;
    form.requestSubmit(button);
  }
  addEventListener("beforeunload", (event) => {
    if (chosen() && !attach?.dataset.ready) event.preventDefault();
  });
})();
