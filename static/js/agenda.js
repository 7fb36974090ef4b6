// The agenda, built without leaving the page. Every form on it also works by itself; here each is sent
// by script, and the answer, the agenda as it now is, takes the old one's place.
(function () {
  "use strict";
  const page = () => document.getElementById("agenda");
  const trouble = () => document.querySelector("[data-agenda-trouble]");
  let busy = Promise.resolve();

  function say(text) {
    const said = document.querySelector("[data-agenda-said]");
    if (said) said.textContent = text;
  }
  const rowOf = (item) => document.querySelector(`[data-item="${CSS.escape(String(item))}"]`);
  function placeOf(item) {
    const row = rowOf(item);
    return row ? [...row.parentElement.children].indexOf(row) + 1 : 0;
  }
  const countRows = () => document.querySelectorAll("[data-item]").length;

  // ---- The new agenda in the place of the old -------------------------------------------------
  function replace(html, focus = []) {
    const opened = new Set([...document.querySelectorAll("[data-item] details[open]")].map((d) => d.closest("[data-item]").dataset.item));
    const parsed = new DOMParser().parseFromString(html, "text/html").getElementById("agenda");
    if (!parsed) { location.reload(); return; }
    const before = document.activeElement?.id;
    page().replaceWith(document.adoptNode(parsed));
    for (const item of opened) rowOf(item)?.querySelector("details")?.setAttribute("open", "");
    for (const id of [...focus, before]) {
      const next = id && document.getElementById(id);
      if (next && !next.disabled) { next.focus({ preventScroll: false }); break; }
    }
    makeSortable();
  }
  function show(html) {
    const box = trouble();
    box.innerHTML = html;
    box.querySelector("a, button")?.focus();
    box.scrollIntoView({ block: "nearest" });
  }
  async function present(focus = []) {
    let html = null;
    try {
      const answer = await fetch(location.href, { headers: { "X-Boardroom-Part": "1" } });
      if (answer.ok) html = await answer.text();
    } catch { /* no line: it stands as it was */ }
    const told = trouble().contains(document.activeElement);
    if (html !== null) replace(html, told ? [] : [document.activeElement?.id, ...focus]);
    page().removeAttribute("aria-busy");
  }

  async function send(url, fields, { focus = [], done = "" } = {}) {
    const address = new URL(url, location.href);
    const find = new URLSearchParams(location.search).get("find");
    if (find) address.searchParams.set("find", find);
    const body = new URLSearchParams(fields);
    body.set("_key", window.Boardroom.newKey());
    page().setAttribute("aria-busy", "true");
    let answer, html;
    try {
      answer = await fetch(address, { method: "POST", body, headers: { "X-Boardroom-Part": "1" } });
      html = await answer.text();
    } catch {
      window.Boardroom?.toast("No answer. Look at the agenda: what is not done on it, do again.");
      await present();
      return;
    }
    if (answer.ok) {
      trouble().replaceChildren();
      replace(html, focus);
      say(typeof done === "function" ? done() : done);
    } else if (html.includes('id="agenda"')) {
      replace(html); // with the message beside the field
    } else {
      show(html);
      await present(focus);
    }
  }
  // One after the other: each builds on the version that the one before it made.
  function queue(work) {
    busy = busy.then(work, work);
    return busy;
  }

  // ---- Forms ----------------------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches?.("[data-agenda-form]")) return;
    event.preventDefault();
    const button = event.submitter;
    const row = form.closest("[data-item]");
    const item = row?.dataset.item, code = row?.dataset.code ?? button?.dataset.code;
    queue(() => {
      const fields = new FormData(form);
      if (button?.name) fields.set(button.name, button.value);
      if (fields.has("agenda_version")) fields.set("agenda_version", page().dataset.version);
      const move = button?.name === "move" ? button.value.split(":")[0] : null;
      const after = form.closest("li")?.nextElementSibling?.querySelector("button[id^=list-]");
      const beside = row?.nextElementSibling ?? row?.previousElementSibling;
      return send(form.action, fields, {
        focus: move ? [`${move}-${item}`, `${move === "up" ? "down" : "up"}-${item}`]
          : button?.id.startsWith("remove-") ? [`remove-${beside?.dataset.item}`, "waiting-head"]
          : button?.id.startsWith("list-") ? [after?.id, "waiting-head"]
          : [],
        done: () => move ? `${code} is now ${placeOf(item)} of ${countRows()}.`
          : button?.id.startsWith("remove-") ? `${code} is off the agenda.`
          : button?.id.startsWith("list-") ? `${code} is listed as ${countRows()} of ${countRows()}.`
          : "Saved.",
      });
    });
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-agenda-quick]")) form.requestSubmit();
  });

  // ---- Dragging -------------------------------------------------------------------------------
  function makeSortable() {
    const list = document.querySelector("[data-slots]");
    if (!list || !window.Sortable || !page().dataset.orderUrl) return;
    window.Sortable.create(list, {
      handle: "[data-grip]",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      ghostClass: "is-ghost",
      chosenClass: "is-chosen",
      onEnd(event) {
        if (event.oldIndex === event.newIndex) return;
        const item = event.item.dataset.item, code = event.item.dataset.code;
        const ids = [...list.children].map((row) => row.dataset.item).join(",");
        queue(() => send(page().dataset.orderUrl, { order: ids, agenda_version: page().dataset.version }, {
          done: () => `${code} is now ${placeOf(item)} of ${countRows()}.`,
        }));
      },
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", makeSortable);
  else makeSortable();
})();
