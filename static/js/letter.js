// Approving a letter that is being written: what was typed is saved first, and the version approved
// is the one on the screen.
(function () {
  "use strict";
  const writing = document.querySelector("form.letter-form");
  // The plain words that are offered beside the letter go into its own part for them, or out of it.
  function without(text, gone) {
    return text.split("\n").filter((line) => !gone.some((word) => line.trim().startsWith(`- ${word}:`))).join("\n").trim();
  }
  document.addEventListener("click", (event) => {
    const offer = event.target.closest("[data-letter-explain], [data-letter-needless]");
    const words = writing?.elements.namedItem("words");
    if (!offer || !words) return;
    const more = offer.dataset.letterExplain;
    words.value = more ? [words.value.trim(), more].filter(Boolean).join("\n") : without(words.value, offer.dataset.letterNeedless.split("\n"));
    words.rows = Math.min(18, words.value.split("\n").length + 2);
    words.dispatchEvent(new Event("input", { bubbles: true }));
    words.focus();
  });
  // A part that reads harder than it should is marked at its field, as beside the letter.
  writing?.addEventListener("autosave:saved", () => {
    for (const mark of writing.querySelectorAll("[data-letter-reads]")) {
      const hard = document.querySelector(`[data-letter-hard="${mark.dataset.letterReads}"]`);
      mark.hidden = !hard;
      mark.querySelector("span").textContent = hard ? hard.dataset.letterSays : "";
    }
    // What is hard is named where the letter is approved too; a tick is for what was read there.
    const left = document.querySelector("[data-letter-left-hard]");
    if (!left) return;
    const now = document.querySelector("[data-letter-left]"), list = left.querySelector("[data-letter-left-list]");
    left.hidden = !now;
    if (list.textContent === (now?.textContent ?? "")) return;
    list.replaceChildren(...(now ? [...now.children].map((line) => line.cloneNode(true)) : []));
    left.querySelector("input").checked = false;
  });
  // A part is taken anew: autosave has sent what was typed, and a part that somebody else changed
  // meanwhile is not sent back as it was here.
  let renewing = false;
  document.addEventListener("submit", (event) => {
    if (event.target === writing && !event.defaultPrevented) renewing = ["renew", "keep"].includes(event.submitter?.name);
  });
  writing?.addEventListener("formdata", (event) => {
    if (!renewing) return;
    for (const name of [...event.formData.keys()]) if (!["csrf_token", "version", "renew", "keep"].includes(name)) event.formData.delete(name);
  });
  const approving = document.querySelector("form[data-letter-approve]");
  if (!writing || !approving) return;
  let ready = false;
  const keep = () => { approving.elements.namedItem("version").value = writing.dataset.version; };
  writing.addEventListener("autosave:saved", keep);
  approving.addEventListener("submit", (event) => {
    if (ready) return;
    event.preventDefault();
    window.BoardroomAutosave.flush(writing).then((all) => {
      if (!all) { window.Boardroom?.toast("Not all of it is saved yet. Approve it then."); return; }
      keep();
      ready = true;
      // Not at once: with nothing to save we are still inside this submit event, which ignores another.
      setTimeout(() => approving.requestSubmit());
    });
  });
})();
