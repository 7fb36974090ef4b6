// Comments: whom to name while one writes "@", what has been seen, and nothing typed is lost.
// The threads themselves are plain forms and links, swapped in place by htmx.
(function () {
  "use strict";

  // ---- Seen --------------------------------------------------------------------------------------
  // A page that is fetched must not change anything, so seeing is said by a post of its own.
  function tellSeen(box) {
    for (const thread of box.querySelectorAll("[data-thread][data-seen-url]")) {
      if (!Number(thread.dataset.unseen) || thread.dataset.told) continue;
      thread.dataset.told = "1";
      fetch(thread.dataset.seenUrl, { method: "POST", headers: { "X-Boardroom-Part": "1" } })
        .catch(() => { delete thread.dataset.told; });
    }
  }
  // A thread that lies folded in has not been seen.
  const shown = (box) => [...box.querySelectorAll("[data-thread]")].some((t) => t.offsetParent !== null);
  function look(box = document) { if (shown(box)) tellSeen(box); }

  // ---- Whom to name ------------------------------------------------------------------------------
  let open = null; // {area, list, from, at}

  function close() {
    if (!open) return;
    open.list.remove();
    open.area.removeAttribute("aria-controls");
    open.area.removeAttribute("aria-activedescendant");
    open = null;
  }
  function nameBegun(area) {
    const before = area.value.slice(0, area.selectionStart);
    const found = before.match(/(?:^|[\s(])@([\p{L}\p{M}.' -]{0,40})$/u);
    return found && !/\s{2}/.test(found[1]) ? { text: found[1], from: before.length - found[1].length } : null;
  }
  function suggest(area) {
    const begun = nameBegun(area);
    const source = document.getElementById(area.dataset.mentions);
    if (!begun || !source) return close();
    const wanted = begun.text.toLowerCase();
    const people = [...source.options].filter((option) =>
      option.value.toLowerCase().split(/\s+/).some((_, i, words) => words.slice(i).join(" ").startsWith(wanted))).slice(0, 8);
    close();
    // The name is complete: nothing to offer any more.
    if (!people.length || people.some((option) => wanted.startsWith(option.value.toLowerCase()))) return;
    const list = document.createElement("ul");
    list.className = "people-list";
    list.id = `${area.id}-people`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "People");
    people.forEach((option, i) => {
      const line = document.createElement("li");
      line.id = `${list.id}-${i}`;
      line.setAttribute("role", "option");
      line.dataset.person = option.dataset.id;
      line.dataset.name = option.value;
      line.append(option.value, Object.assign(document.createElement("small"), { textContent: option.label }));
      list.append(line);
    });
    area.after(list);
    area.setAttribute("aria-controls", list.id);
    open = { area, list, from: begun.from, at: 0 };
    mark(0);
  }
  function mark(at) {
    const lines = [...open.list.children];
    open.at = (at + lines.length) % lines.length;
    lines.forEach((line, i) => line.setAttribute("aria-selected", String(i === open.at)));
    open.area.setAttribute("aria-activedescendant", lines[open.at].id);
    lines[open.at].scrollIntoView({ block: "nearest" });
  }
  function take(line) {
    const { area, from } = open, rest = area.value.slice(area.selectionStart);
    area.value = `${area.value.slice(0, from)}${line.dataset.name} ${rest.replace(/^ /, "")}`;
    const end = from + line.dataset.name.length + 1;
    area.setSelectionRange(end, end);
    // The key settles who is meant where two people have one name.
    area.form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "mention", value: line.dataset.person }));
    close();
    area.focus();
  }
  document.addEventListener("input", (event) => { if (event.target.matches?.("textarea[data-mentions]")) suggest(event.target); });
  document.addEventListener("keydown", (event) => {
    if (!open || event.target !== open.area) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.("textarea[data-mentions]")) event.target.form.requestSubmit();
      return;
    }
    if (event.key === "ArrowDown") mark(open.at + 1);
    else if (event.key === "ArrowUp") mark(open.at - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(open.list.children[open.at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("mousedown", (event) => {
    const line = event.target.closest?.(".people-list li");
    if (line && open) { event.preventDefault(); take(line); }
    else if (open && event.target !== open.area) close();
  });
  document.addEventListener("focusout", (event) => { if (open && event.target === open.area) setTimeout(() => { if (open && document.activeElement !== open.area) close(); }, 150); });

  // ---- Kept in this tab until it is said --------------------------------------------------------
  // The meeting goes on to the next case, another box is opened, the page is loaded anew: what was begun is
  // there again with the form. With its key: where only the answer was lost, it is not said twice.
  const place = (form) => `boardroom.kept:${form.dataset.kept}`;
  let signedOut = false; // in another tab: from then on nothing is kept any more
  document.addEventListener("boardroom:signed-out", () => { signedOut = true; });
  function keep(form) {
    if (signedOut) return;
    const area = form.elements.body, text = area.value;
    try {
      if (text === area.defaultValue) sessionStorage.removeItem(place(form));
      else sessionStorage.setItem(place(form), JSON.stringify({ text, key: form.elements._key.value }));
    } catch { /* no store: the page itself still has it */ }
  }
  function restore(box) {
    for (const form of box.querySelectorAll("form[data-kept]")) {
      let found = null;
      try { found = JSON.parse(sessionStorage.getItem(place(form))); } catch { /* no store */ }
      if (!found || form.elements.body.value !== form.elements.body.defaultValue) continue;
      form.elements.body.value = found.text;
      form.elements._key.value = found.key;
    }
  }
  document.addEventListener("input", (event) => { if (event.target.form?.matches("[data-kept]")) keep(event.target.form); });
  document.addEventListener("submit", (event) => { if (event.target.matches?.("[data-kept]")) keep(event.target); }, true);
  document.addEventListener("htmx:before:swap", (event) => {
    const { sourceElement: form, response } = event.detail?.ctx ?? {};
    if (!form?.matches?.("form[data-kept]") || !(response?.status < 300)) return;
    try { sessionStorage.removeItem(place(form)); } catch { /* no store */ }
  });

  // ---- After a swap, and when the line is down -----------------------------------------------------
  let then = null;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-then]");
    if (link) then = link.dataset.then;
  });
  // The button and its dialog go with a comment that is withdrawn: the place that says so takes the focus.
  document.addEventListener("submit", (event) => {
    if (event.target.matches?.("[data-withdraw]")) then = event.target.dataset.withdraw;
  }, true);
  document.addEventListener("htmx:after:swap", () => {
    close();
    restore(document);
    look();
    const target = then && document.getElementById(then);
    then = null;
    if (target) { target.focus(); target.setSelectionRange?.(target.value.length, target.value.length); }
  });
  function notSent(event) {
    const form = (event.target instanceof Element ? event.target : null)?.closest?.("[data-comment-form], [data-withdraw]");
    if (form?.matches("[data-withdraw]")) {
      then = null;
      form.closest("dialog")?.close(); // a message would lie behind it
      window.Boardroom?.toast("Not withdrawn. Try again.");
    } else if (form) window.Boardroom?.toast("Not sent. Your words are still here; try again.");
  }
  document.addEventListener("htmx:error", notSent);
  document.addEventListener("htmx:response:error", notSent);
  document.addEventListener("boardroom:part", (event) => { restore(event.detail.box); look(event.detail.box); });
  document.addEventListener("toggle", (event) => { if (event.target.querySelector?.("[data-thread]")) look(event.target); }, true);
  const ready = () => { restore(document); look(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
