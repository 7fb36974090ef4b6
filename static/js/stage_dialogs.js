// The live meeting's dialogs speak of the case before the board at the moment they open.
(function () {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  let asked = "";
  const present = (data) => `${data?.item} ${data?.phase}`;

  document.addEventListener("boardroom:painted", () => {
    const open = $$("dialog[open]").find((dialog) => $("form[data-fill]", dialog));
    const form = open && $("form[data-fill]", open);
    if (!form || form.dataset.sending) return;
    const data = $("[data-dialog-data]");
    if (asked === present(data?.dataset)) tell(form, data); // somebody signs while the chair reads
    else gone(open, form);
  });

  // What another chair has done meanwhile is not asked any more; what was typed is not lost.
  function gone(dialog, form) {
    const typed = $$("textarea, input[type=text]", form).map((field) => field.value.trim()).filter(Boolean).join("; ");
    dialog.close();
    form.reset();
    Boardroom.toast(`Another chair has gone on meanwhile.${typed ? ` You had written: ${typed}` : ""}`, { seconds: typed ? 30 : 5 });
  }

  /** What the dialog says of the case as it stands now. */
  function tell(form, data) {
    const awaited = $("[data-fill-awaited]", form);
    if (awaited) awaited.textContent = data.dataset.awaited;
    $("[data-fill-points]", form)?.replaceChildren(...$("[data-points]", data).cloneNode(true).childNodes);
    const signed = $("[data-fill-signed]", form);
    if (signed) signed.replaceChildren(BoardroomSigned.text(true));
    const objections = $("[data-objections]", data);
    $("[data-fill-objections]", form)?.replaceChildren(...(objections ? [...objections.cloneNode(true).childNodes] : []));
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-dialog]");
    const data = $("[data-dialog-data]");
    const unreached = $("[data-fill-unreached]");
    if (opener && unreached) unreached.textContent = $("[data-unreached]")?.textContent ?? "";
    const presenter = $("#present-person");
    if (opener && presenter) presenter.value = $("[data-presenter]")?.dataset.presenter ?? "";
    if (!opener || !data) return;
    asked = present(data.dataset);
    for (const form of $$("form[data-fill]")) {
      FieldErrors.clear(form);
      form.action = { reveal: data.dataset.revealUrl, defer: data.dataset.deferUrl, close: data.dataset.closeUrl, leave: opener.dataset.leaveUrl }[form.dataset.fill] ?? "";
      if (form.elements.after) form.elements.after.value = data.dataset.item;
      $("[data-fill-code]", form).textContent = data.dataset.code;
      tell(form, data);
    }
  }, true);
  // N also means the next case: a meeting of another day, or without a case, starts by a second word.
  const HALF_A_DAY = 12 * 3600; // seconds
  document.addEventListener("submit", (event) => {
    const start = event.target.closest("[data-starts]");
    const dialog = start && $("#start-dialog");
    if (!dialog) return;
    const far = Math.abs(Date.now() / 1000 - Number(start.dataset.starts)) > HALF_A_DAY;
    const empty = start.dataset.cases === "0";
    if (!far && !empty) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    for (const words of $$("[data-start-if]", dialog)) words.hidden = !(words.dataset.startIf === "far" ? far : empty);
    Boardroom.openDialog("start-dialog");
  }, true);
  // A case that was deferred or closed as provisional is taken up again by the chair's own word.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-again-url]");
    const form = opener && $("#again-dialog form");
    if (!form) return;
    const { againUrl, againWas, againLeaves = "", againAfter } = opener.dataset;
    FieldErrors.clear(form);
    form.action = againUrl;
    form.elements.leave.value = againLeaves ? "yes" : "";
    form.elements.after.value = againAfter ?? "";
    form.elements.after.disabled = !againAfter;
    $("[data-again-fill=code]", form).textContent = opener.dataset.againCode;
    $("[data-again-fill=leaves]", form).textContent = againLeaves;
    $("[data-again-if-leaves]", form).hidden = !againLeaves;
    for (const words of $$("[data-again-if]", form)) words.hidden = words.dataset.againIf !== againWas;
  }, true);
})();
