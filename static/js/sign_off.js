// Signing the consensus: a specialty puts its name to the text that it was shown, and to no later one.
(function () {
  "use strict";
  const shown = () => document.querySelector("[data-part=consensus] [data-consensus-version]");
  const writes = () => Boolean(document.querySelector("[data-editor] form")); // nobody else can change it

  /** What the board decides, as it stands on the screen; who signed it and how, where that is wanted. */
  function text(signatures = false) {
    const copy = shown()?.querySelector(".consensus")?.cloneNode(true) ?? document.createElement("div");
    const not = ".open-points, .all-said, .confirmed-since" + (signatures ? "" : ", .signatures, h3:has(+ .signatures)");
    for (const one of copy.querySelectorAll(not)) one.remove();
    delete copy.dataset.consensusVersion;
    return copy;
  }

  function read(form) {
    form.elements.namedItem("consensus_version").value = shown().dataset.consensusVersion;
    form.querySelector("[data-signs-text]").replaceChildren(text());
    form.querySelector("[data-signs]").hidden = false;
  }

  function changed(form, is) {
    const box = form.querySelector("[data-signs-changed]");
    const seen = box.querySelector("input");
    box.hidden = !is;
    seen.required = is;
    seen.checked = false;
  }

  document.addEventListener("click", (event) => {
    const dialog = event.target.closest?.("[data-dialog='sign-off-dialog']") && document.getElementById("sign-off-dialog");
    const form = dialog && !dialog.open && dialog.querySelector("[data-sign-off]");
    if (!form || !shown()) return;
    read(form);
    changed(form, false);
    requestAnimationFrame(() => (form.querySelector("[name=kind]:checked") ?? form.elements.namedItem("kind")[0]).focus());
  }, true);

  // It was changed while the dialog stood open: the new text is shown, and wants to be read first.
  document.addEventListener("boardroom:painted", () => {
    const form = document.querySelector("#sign-off-dialog[open] [data-sign-off]");
    if (!form || !shown()) return;
    if (form.elements.namedItem("consensus_version").value === shown().dataset.consensusVersion) return;
    if (!writes()) changed(form, true);
    read(form);
  });

  // A reservation needs its reason, a dissent its condition too: asked for before it is sent.
  document.addEventListener("change", (event) => {
    const form = event.target.name === "kind" && event.target.form;
    if (!form || !form.matches("[data-sign-off]")) return;
    form.elements.namedItem("text").required = event.target.value !== "agree";
    form.elements.namedItem("reopen_condition").required = event.target.value === "dissent";
  });

  window.BoardroomSigned = { text };
})();
