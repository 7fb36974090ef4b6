// What every page has: theme, hidden names, toasts, the saved state, dialogs, keys, clocks, and for
// requests made by script their CSRF token and an end. Everything is found through data attributes, so parts that are swapped
// in later work without being wired up.
(function () {
  "use strict";
  const root = document.documentElement;

  function store(key, value) {
    try { localStorage.setItem(key, value); } catch { /* private mode: the choice lasts for this page */ }
  }

  // ---- Requests by script ----------------------------------------------------------------------
  const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  /** The token of a session that was begun in another tab, for all that this page sends from now on. */
  function useToken(fresh) {
    document.querySelector('meta[name="csrf-token"]').content = fresh;
    for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = fresh;
  }
  /** With it a post that is sent again is not done twice. */
  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  // A line can go silent without being cut: what has no answer by then failed, as on a lost line.
  const PATIENCE = 15000; // ms, longer than the server waits for its database
  const SLOWEST = 30; // bytes in a millisecond: an upload has so much longer
  function patience(body) {
    const files = body instanceof FormData ? [...body.values()].filter((one) => one instanceof File) : [];
    return PATIENCE + files.reduce((bytes, file) => bytes + file.size, 0) / SLOWEST;
  }
  const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
  const plainFetch = window.fetch.bind(window);
  window.fetch = function (input, init = {}) {
    const request = input instanceof Request ? input : null;
    const url = new URL(request ? request.url : input, location.href);
    const method = (init.method ?? request?.method ?? "GET").toUpperCase();
    if (url.origin === location.origin && !SAFE.has(method)) {
      const headers = new Headers(init.headers ?? request?.headers);
      if (!headers.has("X-CSRFToken")) headers.set("X-CSRFToken", token());
      init = { ...init, headers };
    }
    if (!init.signal && !request) init = { ...init, signal: AbortSignal.timeout(patience(init.body)) };
    return plainFetch(input, init);
  };
  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.headers["X-CSRFToken"] = token();
  });

  // ---- Theme and names -----------------------------------------------------------------------
  function paintChoices() {
    const choice = root.dataset.themeChoice ?? "auto";
    for (const button of document.querySelectorAll("[data-theme-set]"))
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === choice));
    const hidden = root.dataset.names === "hidden";
    for (const button of document.querySelectorAll("[data-names-toggle]")) {
      button.setAttribute("aria-pressed", String(hidden));
      const use = button.querySelector("use");
      if (use) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, hidden ? "#eye-off" : "#eye"));
    }
  }
  function setTheme(choice) {
    store("boardroom.theme", choice);
    root.dataset.themeChoice = choice;
    window.boardroomTheme?.apply();
    root.dataset.themeChoice = choice;
    paintChoices();
  }
  function toggleNames() {
    const hide = root.dataset.names !== "hidden";
    store("boardroom.names", hide ? "hidden" : "shown");
    if (hide) root.dataset.names = "hidden";
    else delete root.dataset.names;
    paintChoices();
    toast(hide ? "Patients’ names are hidden." : "Patients’ names are shown.");
  }

  // ---- Toasts --------------------------------------------------------------------------------
  function toast(text, { action = null, run = null, seconds = 5 } = {}) {
    const box = document.getElementById("toasts");
    if (!box) return;
    const line = document.createElement("div");
    line.className = "toast-line";
    line.append(Object.assign(document.createElement("span"), { textContent: text }));
    if (action) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn-link-plain", textContent: action });
      button.addEventListener("click", () => { line.remove(); run?.(); });
      line.append(button);
    }
    while (box.children.length > 2) box.firstChild.remove();
    box.append(line);
    if (seconds) setTimeout(() => line.remove(), seconds * 1000);
  }

  // ---- Saved, saving, offline ----------------------------------------------------------------
  function clockTime(date) {
    return date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  }
  /** state: idle | saved | saving | offline | error. `text` replaces the usual words. */
  function saveState(state, text = null) {
    const words = {
      idle: "", saved: `Saved ${clockTime(new Date())}`, saving: "Saving…",
      offline: "Offline, kept here", error: "Not saved",
    };
    for (const mark of document.querySelectorAll("[data-save-state]")) {
      mark.dataset.saveState = state;
      const next = text ?? words[state] ?? "";
      if (mark.textContent !== next) mark.textContent = next;
    }
  }
  document.addEventListener("boardroom:save-state", (event) => saveState(event.detail.state, event.detail.text ?? null));

  // ---- Dialogs, menus, small clicks ----------------------------------------------------------
  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
  }
  function closeOpened(except = null, keep = null) {
    for (const toggle of document.querySelectorAll('[data-open][aria-expanded="true"]')) {
      const box = document.getElementById(toggle.dataset.open);
      if (toggle === except || keep && box?.contains(keep)) continue;
      box?.classList.remove("open");
      toggle.setAttribute("aria-expanded", "false");
    }
    for (const boards of document.querySelectorAll(".bar-boards[open]")) if (boards !== keep) boards.open = false;
  }
  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    let hit;
    closeOpened(at("[data-open]"), at(".bar-boards"));
    if ((hit = at("[data-theme-set]"))) setTheme(hit.dataset.themeSet);
    else if (at("[data-theme-next]")) {
      const order = ["auto", "light", "dark"];
      const next = order[(order.indexOf(root.dataset.themeChoice ?? "auto") + 1) % 3];
      setTheme(next);
      toast({ auto: "Light or dark as your device says.", light: "Light.", dark: "Dark." }[next]);
    } else if (at("[data-names-toggle]")) toggleNames();
    else if ((hit = at("[data-dialog]"))) { event.preventDefault(); openDialog(hit.dataset.dialog); }
    else if ((hit = at("[data-close]"))) hit.closest("dialog")?.close();
    else if ((hit = at("[data-dismiss]"))) hit.closest(".notice")?.remove();
    else if (at("[data-back]")) history.back();
    else if ((hit = at("[data-open]"))) {
      const open = document.getElementById(hit.dataset.open)?.classList.toggle("open") ?? false;
      hit.setAttribute("aria-expanded", String(open));
    } else if ((hit = at("[data-tab-for]"))) {
      const box = hit.closest("[data-tab]");
      if (box) showTab(box, hit.dataset.tabFor);
    } else if (event.target instanceof HTMLDialogElement && event.target.open) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) event.target.close();
    }
  });

  // Tabs that exist on small screens only: <div data-tab="case"><button data-tab-for="case">…
  function showTab(box, name) {
    box.dataset.tab = name;
    for (const button of box.querySelectorAll("[data-tab-for]"))
      button.setAttribute("aria-pressed", String(button.dataset.tabFor === name));
  }

  // A year has four digits; without a limit the browsers' own calendar takes six.
  document.addEventListener("focusin", (event) => {
    if (event.target.type === "date" && !event.target.max) event.target.max = "9999-12-31";
  });

  // ---- Files -----------------------------------------------------------------------------------
  /** What is wrong with the chosen files, beside the chooser; "" takes away what was said before. */
  function sayFiles(input, words) {
    const id = `${input.id}-size`, error = `${input.id}-error`;
    const others = (input.getAttribute("aria-describedby") ?? "").split(/\s+/).filter((one) => one && one !== id && one !== error);
    for (const old of [id, error]) document.getElementById(old)?.remove();
    input.closest("[data-field]")?.classList.toggle("has-error", Boolean(words));
    input.removeAttribute("aria-invalid");
    if (words) {
      const said = Object.assign(document.createElement("p"), { id, className: "field-error", textContent: words });
      said.setAttribute("role", "alert");
      input.after(said);
      others.push(id);
    }
    if (others.length) input.setAttribute("aria-describedby", others.join(" "));
    else input.removeAttribute("aria-describedby");
  }
  // What the server would refuse for its size is not sent to it first; the other files stay chosen.
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches?.("input[type=file][data-largest]")) return;
    const fits = (file) => file.size <= Number(input.dataset.largest) * 1048576;
    const left = [...input.files].filter((file) => !fits(file));
    if (!left.length) { sayFiles(input, ""); return; }
    const kept = new DataTransfer();
    for (const file of input.files) if (fits(file)) kept.items.add(file);
    input.files = kept.files;
    const words = left.map((file) => `${file.name} has ${Math.ceil(file.size / 1048576)} MB`).join(", ");
    sayFiles(input, `Not taken: ${words}. A document may have up to ${input.dataset.largest} MB.`);
  });

  // ---- Keys ----------------------------------------------------------------------------------
  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio|button|submit)$/.test(target.type);
  }
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "Escape") {
      document.querySelector(".bar-boards[open]:focus-within > summary")?.focus();
      closeOpened();
    } else if (event.key === "?") { event.preventDefault(); openDialog("keys"); }
    else if (event.key.toLowerCase() === "h" && !event.repeat && !document.querySelector("dialog[open]")) toggleNames();
  });

  // ---- Clocks --------------------------------------------------------------------------------
  // The server writes seconds; between two of its words the browser counts on by itself.
  const started = new WeakMap();
  function two(n) { return String(n).padStart(2, "0"); }
  function minutesSeconds(s) {
    return s < 3600 ? `${two(Math.floor(s / 60))}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
  }
  function tick() {
    const now = performance.now();
    for (const clock of document.querySelectorAll("[data-clock-running]")) {
      let from = started.get(clock);
      if (!from || from.said !== clock.dataset.clock) {
        from = { said: clock.dataset.clock, at: now };
        started.set(clock, from);
      }
      const seconds = Math.floor(Number(from.said) + (now - from.at) / 1000);
      const face = clock.querySelector(".clock-now");
      const text = minutesSeconds(seconds);
      if (face && face.textContent !== text) face.textContent = text;
      const of = Number(clock.dataset.clockOf);
      clock.classList.toggle("over", of > 0 && seconds > of);
    }
  }

  // ---- The section one is in, on long forms ----------------------------------------------------
  function watchSections() {
    const links = [...document.querySelectorAll(".section-nav a[href^='#']")];
    if (!links.length || !("IntersectionObserver" in window)) return;
    const byId = new Map(links.map((link) => [link.hash.slice(1), link]));
    const seen = new Set();
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) entry.isIntersecting ? seen.add(entry.target.id) : seen.delete(entry.target.id);
      const current = [...byId.keys()].find((id) => seen.has(id));
      if (!current) return;
      for (const [id, link] of byId) id === current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
      const here = byId.get(current), list = here.closest(".section-nav"); // a strip on a phone, a long list elsewhere
      list.scrollTo({ left: here.offsetLeft - list.clientWidth / 3, top: here.offsetTop - list.clientHeight / 3 });
    }, { rootMargin: "-25% 0px -60% 0px" });
    for (const id of byId.keys()) {
      const section = document.getElementById(id);
      if (section) observer.observe(section);
    }
  }

  function ready() {
    paintChoices();
    watchSections();
    tick();
    setInterval(tick, 250);
    const summary = document.getElementById("error-summary");
    if (summary) summary.focus();
  }
  document.addEventListener("htmx:after:swap", paintChoices);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();

  window.Boardroom = { toast, saveState, sayFiles, setTheme, toggleNames, openDialog, csrfToken: token, useToken, newKey };
})();
