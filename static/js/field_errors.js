// What is wrong with a form in a dialog: beside the field that it is about, else on top of the form.
(function () {
  "use strict";
  const errorId = (field) => `${field.id || field.name}-error`;
  const words = (field, name) => (field.getAttribute(name) ?? "").split(/\s+/).filter(Boolean);

  // A row of choices is one field: its first is the one to go to.
  function fieldOf(form, name) {
    const found = form.elements[name];
    return found instanceof RadioNodeList ? found[0] : found;
  }

  function clear(form) {
    form.querySelector("[data-dialog-problem]")?.remove();
    for (const error of form.querySelectorAll("[data-error-of]")) {
      const field = fieldOf(form, error.dataset.errorOf);
      error.remove();
      if (!field) continue;
      field.closest(".field")?.classList.remove("has-error");
      field.removeAttribute("aria-invalid");
      const left = words(field, "aria-describedby").filter((id) => id !== errorId(field));
      if (left.length) field.setAttribute("aria-describedby", left.join(" "));
      else field.removeAttribute("aria-describedby");
    }
  }

  /** The place for what is wrong with a form as a whole. */
  function place(form) {
    const box = form.querySelector("[data-dialog-problem]") ?? document.createElement("div");
    box.dataset.dialogProblem = "";
    box.setAttribute("role", "alert");
    form.prepend(box);
    return box;
  }

  /** html: the server's answer. What names a field goes beside it, and the first has the focus. */
  function show(form, html) {
    clear(form);
    const answer = document.createElement("template");
    answer.innerHTML = html;
    let first = null;
    for (const error of answer.content.querySelectorAll("[data-error-of]")) {
      const field = fieldOf(form, error.dataset.errorOf);
      if (!field || field.type === "hidden") continue;
      error.id = errorId(field);
      (field.closest(".field, fieldset") ?? field.parentElement).append(error);
      field.closest(".field")?.classList.add("has-error");
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", [...words(field, "aria-describedby"), error.id].join(" "));
      first ??= field;
    }
    if (answer.content.querySelector("*")) place(form).append(answer.content);
    first?.focus();
  }

  window.FieldErrors = { clear, place, show };
})();
