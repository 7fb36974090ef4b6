// A form that saves as it is filled in, and loses nothing when the line drops or the browser dies.
//
// The page:
//   <form method="post" action="/…/save" autocomplete="off" data-autosave data-version="7"
//         data-autosave-key="case-12-of-3">          (name the record AND the person: kept text is private)
//     <input type="hidden" name="version" value="7"> (kept in step with data-version)
//   data-autosave-whole on the form: post all fields each time instead of the changed ones.
//   data-together on an element inside: when one field in it changes, all of them are posted
//     (a value with its unit and date).
//   data-autosave-skip on a field: never posted by itself. Hidden and file inputs never are.
//   data-stored on a field: what the server has, where the field shows something else that was sent
//     and refused. It is saved as if it had just been typed.
//   data-autosave-flush on a submit button: saves at once and stays on the page.
//   Any other submit button first waits for the pending save, then submits as usual.
//   <div data-autosave-missing></div> anywhere takes `missing_html`.
//
// The request: the normal form-encoded POST with the header X-Boardroom-Part: 1, holding the fields,
//   `version`, and `_was`: JSON {field: text before the change}, with which a server can tell two
//   people on different fields from two people on the same one. An emptied choice is posted as "".
//   A save that got no answer is sent again as it was, with the same Idempotency-Key, before anything
//   newer: it may have arrived.
//
// The answer:
//   200 {"version": n, "saved_at": "14:02", "errors": {field: text}, "warnings": {field: text},
//        "missing_html": "…"}      the last three are optional; a field in `errors` was not saved.
//   409 {"version": n, "mine": {field: text}, "theirs": {field: text}}      somebody saved before:
//        both texts are shown, and the chosen one is saved over version n. Keys are field names or labels.
//        With "by", the name of who saved, or "own": true, the same person in another window, it says so.
//   401: "Signed out, kept here", and saved when the same person signs in in another tab (other_tabs.js).
//   Any other refusal: "Not saved", the text stays here; with {"error": text, "mine", "theirs"} both texts
//        are shown at once, since the form may be about to go. No answer, or 5xx: tried again by itself.
//
// For other scripts: BoardroomAutosave.flush(form) saves now and promises whether all is saved;
//   unsaved(form): whether it has something that the server has not; restore(form): for a form that
//   came after the page; open(): all on the page; stop(): nothing is kept or sent any more. The form fires "autosave:saved" (detail: the answer).
(function () {
  "use strict";
  const QUIET = 700, LONGEST = 3000, SOON = 30, RETRY = [2, 4, 8, 15, 30], DAYS_KEPT = 4, PREFIX = "boardroom.kept:";
  const OWN = new Set(["version", "csrf_token", "_key", "_was"]);
  const states = new WeakMap();
  const say = (state, text = null) => window.Boardroom?.saveState(state, text);

  // ---- Fields: what the browser calls "default" is what the server last acknowledged --------------
  const isField = (el) => el?.name && el.form?.matches("[data-autosave]") && !OWN.has(el.name) && !el.disabled &&
    !["hidden", "file", "submit", "button", "reset", "image"].includes(el.type) && !el.closest("[data-autosave-skip]");
  const controls = (form, name) => [...form.elements].filter((el) => isField(el) && el.name === name);
  const names = (form) => [...new Set([...form.elements].filter(isField).map((el) => el.name))];
  const ticked = (el) => el.type === "radio" || el.type === "checkbox";

  function read(form, name, known = false) {
    const values = [];
    for (const el of controls(form, name)) {
      if (ticked(el)) { if (known ? el.defaultChecked : el.checked) values.push(el.value); }
      else if (el.tagName === "SELECT") {
        const chosen = [...el.options].filter((o) => (known ? o.defaultSelected : o.selected));
        if (chosen.length) values.push(...chosen.map((o) => o.value));
        else if (!el.multiple && el.options.length) values.push(el.options[0].value);
      } else values.push(known ? el.defaultValue : el.value);
    }
    return values;
  }
  function acknowledge(form, name, values) {
    for (const el of controls(form, name)) {
      if (ticked(el)) el.defaultChecked = values.includes(el.value);
      else if (el.tagName === "SELECT") for (const o of el.options) o.defaultSelected = values.includes(o.value);
      else el.defaultValue = values[0] ?? "";
    }
  }
  function write(form, name, values) {
    for (const el of controls(form, name)) {
      if (ticked(el)) el.checked = values.includes(el.value);
      else if (el.tagName === "SELECT") for (const o of el.options) o.selected = values.includes(o.value);
      else el.value = values[0] ?? "";
    }
  }
  const same = (a, b) => a.length === b.length && a.every((v, i) => v === b[i]);
  const changed = (form) => names(form).filter((n) => !same(read(form, n), read(form, n, true)));
  function labelOf(form, name) {
    const el = controls(form, name)[0];
    const group = el && ticked(el) ? el.closest("fieldset")?.querySelector("legend") : null;
    return (el?.dataset.label || group?.textContent || el?.labels?.[0]?.textContent || el?.getAttribute("aria-label") || name).trim();
  }
  function inWords(form, name, text) {
    const el = controls(form, name).find((c) => c.tagName === "SELECT" || c.value === text);
    if (el?.tagName === "SELECT") return [...el.options].find((o) => o.value === text)?.text ?? text;
    if (el && ticked(el)) return el.labels?.[0]?.textContent.trim() || text;
    return text;
  }

  // ---- Kept on this device until the server has it ------------------------------------------------
  const place = (form) => PREFIX + (form.dataset.autosaveKey || new URL(form.action).pathname);
  function kept(form) {
    try { return JSON.parse(localStorage.getItem(place(form))) ?? null; } catch { return null; }
  }
  let signedOut = false; // from then on nothing is kept any more
  function keep(form) {
    if (signedOut) return true;
    const fields = {}, was = {};
    for (const name of changed(form)) { fields[name] = read(form, name); was[name] = read(form, name, true); }
    try {
      if (Object.keys(fields).length)
        localStorage.setItem(place(form), JSON.stringify({ at: Date.now(), version: form.dataset.version, fields, was }));
      else localStorage.removeItem(place(form));
      return true;
    } catch { return false; }
  }
  function forgetOld() {
    try {
      for (const key of Object.keys(localStorage).filter((k) => k.startsWith(PREFIX)))
        if (Date.now() - (JSON.parse(localStorage.getItem(key))?.at ?? 0) > DAYS_KEPT * 864e5) localStorage.removeItem(key);
    } catch { /* no store: nothing to forget */ }
  }
  function restore(form) {
    const found = kept(form);
    if (!found) return;
    let back = 0, moved = false;
    for (const [name, values] of Object.entries(found.fields ?? {})) {
      if (!controls(form, name).length) continue;
      const now = read(form, name, true);
      if (same(now, values)) continue;
      const was = found.was?.[name] ?? [];
      if (!same(now, was)) { moved = true; acknowledge(form, name, was); }
      write(form, name, values);
      back += 1;
    }
    // Somebody changed the same field meanwhile: post against the version and the text it was typed
    // on, and keep it so, however often the page is opened before the person chooses.
    if (moved && found.version) setVersion(form, found.version);
    keep(form);
    if (back) {
      window.Boardroom?.toast("What you typed here before is back.");
      say("saving");
      schedule(form, SOON);
    } else if (!changed(form).length) say("saved"); // it had arrived although the page was gone
  }

  // ---- Saving: one request at a time for each form -------------------------------------------------
  function state(form) {
    if (!states.has(form)) states.set(form, { timer: 0, tries: 0, busy: null, unanswered: null, trouble: new Set(), dialog: false });
    return states.get(form);
  }
  function setVersion(form, version) {
    form.dataset.version = version;
    const hidden = form.elements.namedItem("version");
    if (hidden) { hidden.value = version; hidden.defaultValue = version; }
  }
  function schedule(form, wait) {
    const s = state(form);
    clearTimeout(s.timer);
    s.timer = setTimeout(() => save(form), wait);
  }
  // While somebody types: at the next rest, and without one after some seconds, for the others watch.
  function scheduleTyped(form) {
    const s = state(form), now = Date.now();
    s.since ||= now;
    if (now - s.since >= LONGEST) save(form);
    else schedule(form, Math.min(QUIET, s.since + LONGEST - now));
  }
  function toPost(form) {
    const dirty = changed(form);
    if (!dirty.length || form.hasAttribute("data-autosave-whole")) return dirty.length ? names(form) : [];
    const all = new Set(dirty);
    for (const name of dirty)
      for (const el of controls(form, name))
        for (const other of el.closest("[data-together]")?.querySelectorAll("[name]") ?? []) if (isField(other)) all.add(other.name);
    return [...all];
  }
  async function save(form, { leaving = false } = {}) {
    const s = state(form);
    clearTimeout(s.timer);
    s.since = 0;
    while (s.busy) await s.busy; // of several who wait, one goes on
    if (signedOut || s.dialog || !form.isConnected) return false;
    const list = toPost(form), again = Boolean(s.unanswered);
    if (!list.length && !again) { // typed and taken back: what the server has is what is shown
      keep(form);
      for (const name of s.trouble) mark(form, name);
      s.trouble.clear();
      s.tries = 0;
      say("saved");
      return true;
    }
    for (const name of [...s.trouble]) // taken back, while other fields are still wrong
      if (same(read(form, name), read(form, name, true))) { mark(form, name); s.trouble.delete(name); }
    s.busy = send(form, s, s.unanswered ??= pack(form, list), leaving);
    let all = false;
    try { all = await s.busy; } finally { s.busy = null; }
    return all && again ? save(form, { leaving }) : all; // what was typed since
  }
  function pack(form, list) {
    const body = new URLSearchParams(), sent = {}, was = {};
    for (const name of list) {
      sent[name] = read(form, name);
      was[name] = read(form, name, true).join("\n");
      for (const value of sent[name].length ? sent[name] : [""]) body.append(name, value);
    }
    body.set("version", form.dataset.version ?? "");
    body.set("_was", JSON.stringify(was));
    return { list, sent, body, key: window.Boardroom.newKey() };
  }
  async function send(form, s, { list, sent, body, key }, leaving) {
    if (!s.tries) say("saving"); // else "offline" stands until there is an answer
    let response, answer = null;
    try {
      response = await fetch(form.action, {
        method: "POST", body, keepalive: leaving, credentials: "same-origin", redirect: "manual",
        headers: { "X-Boardroom-Part": "1", Accept: "application/json", "Idempotency-Key": key },
      });
      if (/json/.test(response.headers.get("Content-Type") ?? "")) answer = await response.json();
    } catch { response = null; }
    if (signedOut) return false;
    if (!response || response.status >= 500 || response.status === 429) return later(form, s);
    s.tries = 0;
    s.signedOut = response.status === 401 || response.type === "opaqueredirect"; // to the sign-in
    if (!s.signedOut) s.unanswered = null;
    if (response.status === 409 && answer?.theirs && "version" in answer) return settle(form, s, sent, answer);
    if (!response.ok || !answer) return refused(form, s, response.status, answer);
    const errors = answer.errors ?? {};
    setVersion(form, answer.version);
    for (const name of list) {
      if (!(name in errors)) acknowledge(form, name, sent[name]);
      mark(form, name, errors[name], answer.warnings?.[name]);
      errors[name] ? s.trouble.add(name) : s.trouble.delete(name);
    }
    const missing = document.querySelector("[data-autosave-missing]");
    if (missing && answer.missing_html !== undefined) missing.innerHTML = answer.missing_html;
    keep(form);
    for (const name of s.trouble) if (!controls(form, name).length) s.trouble.delete(name);
    if (s.trouble.size) say("error", s.trouble.size === 1 ? "One field is not saved" : `${s.trouble.size} fields are not saved`);
    else if (!changed(form).length) say("saved", answer.saved_at ? `Saved ${answer.saved_at}` : null);
    form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true, detail: answer }));
    if (changed(form).some((n) => !s.trouble.has(n))) scheduleTyped(form);
    return !s.trouble.size;
  }
  function later(form, s) {
    say("offline", keep(form) ? null : "Offline, not kept: leave this page open");
    schedule(form, 1000 * RETRY[Math.min(s.tries++, RETRY.length - 1)]);
    return false;
  }
  const SIGN_IN = "You are signed out. Sign in in another tab: what you typed is kept here, and is saved then.";
  function refused(form, s, status, answer) {
    keep(form);
    say("error", s.signedOut ? "Signed out, kept here" : null);
    if (answer?.theirs) { tell(form, s, answer); return false; }
    const why = answer?.error ?? {
      0: SIGN_IN,
      400: "This page is from before somebody signed in anew. Reload it, signed in as yourself; what you typed is kept here.",
      401: SIGN_IN,
      403: "You may not change this any more. What you typed is kept here.",
      404: "This is not here any more: it was discarded or taken away. Nothing was saved; what you typed is kept here.",
      409: "This cannot be changed any more. What you typed is kept here.",
      413: "That is more text than one save can carry. Shorten it a little.",
      423: "This record is signed and does not change any more.",
    }[status] ?? "Not saved. What you typed is kept here; reload the page and look at it again.";
    if (s.said !== why) window.Boardroom?.toast(why, { seconds: 12 });
    s.said = why;
    return false;
  }

  // ---- Messages beside the fields -------------------------------------------------------------------
  function mark(form, name, error, warning) {
    const own = controls(form, name);
    if (!own.length) return;
    const box = own[0].closest("[data-field], .field") ?? own[0].parentElement;
    const id = `said-${name.replace(/[^\w-]/g, "-")}`;
    document.getElementById(id)?.remove();
    for (const old of box.querySelectorAll(`#${CSS.escape(own[0].id || "-")}-error`)) old.remove();
    box.classList.toggle("has-error", Boolean(error) || [...box.querySelectorAll("[aria-invalid]")].some((el) => el.name !== name));
    for (const el of own) {
      const others = (el.getAttribute("aria-describedby") ?? "").split(/\s+/).filter((x) => x && x !== id && document.getElementById(x));
      if (error || warning) others.push(id);
      others.length ? el.setAttribute("aria-describedby", others.join(" ")) : el.removeAttribute("aria-describedby");
      error ? el.setAttribute("aria-invalid", "true") : el.removeAttribute("aria-invalid");
    }
    if (error || warning)
      box.append(Object.assign(document.createElement("p"), { id, className: error ? "field-error" : "field-caution", textContent: error ?? warning }));
  }

  // ---- Somebody saved before -------------------------------------------------------------------------
  function settle(form, s, sent, answer) {
    const byLabel = new Map(names(form).map((n) => [labelOf(form, n), n]));
    const clashes = Object.entries(answer.theirs)
      .map(([key, theirs]) => ({ name: controls(form, key).length ? key : byLabel.get(key), key, theirs: String(theirs ?? "") }))
      .map((c) => ({ ...c, mine: c.name && sent[c.name] ? sent[c.name].join("\n") : String(answer.mine?.[c.key] ?? "") }))
      .filter((c) => c.name && c.mine.trim() !== c.theirs.trim());
    if (!clashes.length) {
      setVersion(form, answer.version);
      // Ours had arrived already, or nobody touched these fields: carry on over the new version.
      for (const [key, theirs] of Object.entries(answer.theirs)) if (sent[key]?.join("\n") === String(theirs)) acknowledge(form, key, sent[key]);
      schedule(form, SOON);
      return false;
    }
    keep(form); // with the version that it was typed on: until the person chooses, nothing goes over theirs
    const who = answer.own || "autosaveOwn" in form.dataset ? "" : answer.by || "Somebody";
    say("error", who ? `${who} saved before you` : "Saved in another window");
    s.dialog = true;
    BoardroomTexts.ask(clashes.map((c) => ({
      label: labelOf(form, c.name), mine: inWords(form, c.name, c.mine), theirs: inWords(form, c.name, c.theirs),
    })), who).then((chosen) => {
      const takenTheirs = chosen && new Set(clashes.filter((_, i) => chosen[i]).map((c) => c.name));
      s.dialog = false;
      if (!takenTheirs) return say("error", "Not saved: two texts");
      setVersion(form, answer.version);
      for (const clash of clashes) {
        acknowledge(form, clash.name, clash.theirs ? clash.theirs.split("\n") : [""]);
        if (!ticked(controls(form, clash.name)[0] ?? {}) && controls(form, clash.name)[0]?.tagName !== "SELECT") acknowledge(form, clash.name, [clash.theirs]);
        if (takenTheirs.has(clash.name)) write(form, clash.name, read(form, clash.name, true));
      }
      keep(form);
      say("saving");
      schedule(form, SOON);
    });
    return false;
  }
  // The right to write is gone: what was typed is shown, with what stands there now, to be copied.
  function tell(form, s, answer) {
    const key = JSON.stringify([answer.error, answer.mine]);
    if (s.told === key) return;
    s.told = key;
    BoardroomTexts.tell(answer.error, Object.keys(answer.mine ?? {}).map((name) => ({
      label: controls(form, name).length ? labelOf(form, name) : name,
      mine: inWords(form, name, String(answer.mine[name] ?? "")), theirs: inWords(form, name, String(answer.theirs[name] ?? "")),
    })));
  }

  // ---- When ------------------------------------------------------------------------------------------
  function touched(form, { typing }) {
    const s = state(form);
    s.said = null;
    keep(form);
    if (s.dialog) return;
    // From the first letter on: what is on the screen and not with the server is never called saved.
    if (!s.tries) say("saving");
    typing ? scheduleTyped(form) : schedule(form, SOON);
  }
  document.addEventListener("input", (event) => { if (isField(event.target)) touched(event.target.form, { typing: true }); });
  document.addEventListener("change", (event) => { if (isField(event.target)) touched(event.target.form, { typing: false }); });
  document.addEventListener("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-autosave]") || event.defaultPrevented) return;
    const s = state(form);
    if (button?.hasAttribute("data-autosave-flush")) {
      event.preventDefault();
      save(form).then((all) => window.Boardroom?.toast(all ? "Saved." : "Not all of it is saved yet."));
    } else if (!s.submitting && unsaved(form)) {
      event.preventDefault();
      save(form).finally(() => {
        if (s.dialog || s.signedOut) return; // two texts: the person chooses first; who is signed out was told
        if (s.tries) { window.Boardroom?.toast("Not sent: there is no connection. What you typed is kept here."); return; }
        s.submitting = true; clearTimeout(s.timer); form.requestSubmit(button); s.submitting = false;
      });
    }
  });
  const open = () => [...document.querySelectorAll("form[data-autosave]")];
  const unsaved = (form) => Boolean(state(form).busy || state(form).unanswered || state(form).dialog || changed(form).length);
  const saveNow = () => open().filter(unsaved).forEach((form) => { state(form).tries = 0; schedule(form, SOON); });
  addEventListener("online", saveNow);
  document.addEventListener("boardroom:signed-in", saveNow);
  addEventListener("offline", () => open().forEach((form) => { if (changed(form).length) say("offline"); }));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !signedOut) open().forEach((form) => { if (changed(form).length) save(form, { leaving: true }); });
  });
  addEventListener("beforeunload", (event) => {
    if (open().some((form) => changed(form).length && !keep(form))) event.preventDefault();
  });
  function takeUp(form) {
    const refused = [...form.querySelectorAll("[data-stored]")].filter(isField);
    for (const el of refused) {
      // A field nobody has touched yet shows its default: what was typed is put back over it.
      const typed = read(form, el.name);
      acknowledge(form, el.name, [el.dataset.stored]);
      write(form, el.name, typed);
    }
    if (refused.length) { keep(form); schedule(form, SOON); }
  }
  function ready() {
    forgetOld();
    for (const form of open()) {
      takeUp(form);
      restore(form);
      if (changed(form).length) schedule(form, QUIET); // typed before this script was there
    }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();

  window.BoardroomAutosave = { flush: (form) => save(form), unsaved, restore, open, stop: () => { signedOut = true; } };
})();
