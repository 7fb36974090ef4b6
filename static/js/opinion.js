// The form of one's own opinion: one tap for all that is outside one's field, reasons on demand.
// Without it the form works the same, only longer. Saving by itself is autosave.js.
//
// Inside <div data-opinion-panel> (a dialog beside the stage) the form is sent without leaving the
// page, and the panel shows the answer; it fires "opinion:done" when an opinion was given.
(function () {
  "use strict";
  // data-open-wide: from which width on it stands beside the rest, and so needs no unfolding.
  function openWhatFits(box) {
    for (const fold of box.querySelectorAll("details[data-open-wide]"))
      if (window.matchMedia(`(min-width: ${fold.dataset.openWide})`).matches) fold.open = true;
  }

  // ---- Reasons: a quiet button until somebody wants to give one --------------------------------
  function prepare(box) {
    openWhatFits(box);
    for (const form of box.querySelectorAll("form[data-opinion-form]:not(.with-reasons)")) {
      form.classList.add("with-reasons");
      for (const row of form.querySelectorAll(".option-row")) {
        const reason = row.querySelector(".option-reason input");
        if (!reason) continue;
        const button = Object.assign(document.createElement("button"), {
          type: "button", className: "btn-link-plain reason-button", textContent: "Reason",
        });
        button.setAttribute("aria-label", reason.labels[0]?.textContent ?? "Reason");
        button.setAttribute("aria-expanded", String(Boolean(reason.value)));
        button.setAttribute("aria-controls", reason.id);
        row.classList.toggle("reason-open", Boolean(reason.value));
        row.querySelector(".stance-input").after(button);
      }
    }
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".reason-button");
    if (!button) return;
    const row = button.closest(".option-row"), open = row.classList.toggle("reason-open");
    button.setAttribute("aria-expanded", String(open));
    if (open) row.querySelector(".option-reason input").focus();
  });
  // Enter in a one-line reason must never give the opinion away unfinished: it saves the draft.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("form[data-opinion-form] input")) return;
    event.preventDefault();
    if (event.target.form.matches("[data-autosave]")) window.BoardroomAutosave?.flush(event.target.form);
  });

  // ---- What was still open and is answered now -------------------------------------------------
  const open = (box) => box.matches(".option-list") && [...box.querySelectorAll(".option-row")].some((row) => !row.querySelector("input:checked"));

  function answered(event) {
    const form = event.target.form;
    if (!form?.matches?.("form[data-opinion-form]")) return;
    for (let box = event.target.closest(".has-error"); box && !open(box); box = box.parentElement.closest(".has-error")) {
      box.classList.remove("has-error");
      for (const error of box.querySelectorAll(".field-error")) error.remove();
      form.querySelector(`#error-summary a[href="#${box.id || event.target.name}"]`)?.closest("li").remove();
    }
    const summary = form.querySelector("#error-summary");
    const left = summary?.querySelectorAll("li").length;
    if (left === 0) summary.remove();
    else if (left) summary.querySelector("h2").textContent = left === 1 ? "One thing is still open" : `${left} things are still open`;
  }
  document.addEventListener("change", answered);
  document.addEventListener("input", answered);

  // ---- All that is outside one's field ---------------------------------------------------------
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!box.matches?.("[data-rest-outside]")) return;
    const rows = [...box.form.querySelectorAll(".option-row")];
    for (const row of rows) {
      const radios = [...row.querySelectorAll('input[type="radio"]')];
      const outside = radios.find((radio) => radio.value === "outside_field");
      if (box.checked && !radios.some((radio) => radio.checked)) {
        outside.checked = true;
        outside.dataset.byRest = "";
      } else if (!box.checked && outside.checked && "byRest" in outside.dataset) {
        outside.checked = false;
        delete outside.dataset.byRest;
      } else continue;
      outside.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  // ---- In a panel ------------------------------------------------------------------------------
  async function send(form, button, panel) {
    const body = new URLSearchParams(new FormData(form));
    button?.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(button?.formAction || form.action, {
        method: "POST", body, headers: { "X-Boardroom-Part": "1" }, credentials: "same-origin",
      });
      if (answer.status >= 500 || answer.status === 400 || answer.status === 401) throw new Error("not carried out");
      panel.innerHTML = await answer.text();
      prepare(panel);
      panel.querySelector("#error-summary")?.focus();
      if (answer.ok) panel.dispatchEvent(new CustomEvent("opinion:done", { bubbles: true }));
    } catch {
      button?.removeAttribute("aria-busy");
      window.Boardroom?.toast("Not sent. What you wrote is still here; try again.");
    }
  }
  document.addEventListener("submit", (event) => {
    const form = event.target, panel = form.closest?.("[data-opinion-panel]");
    if (!panel || !form.matches("[data-opinion-form]") || event.defaultPrevented) return;
    event.preventDefault();
    send(form, event.submitter, panel);
  });

  document.addEventListener("boardroom:part", (event) => prepare(event.detail.box));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => prepare(document));
  else prepare(document);
})();
