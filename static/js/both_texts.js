// Two texts of one field, in a dialog: to choose between, or to copy what could not be saved.
// texts: [{label, mine, theirs}], in words.
(function () {
  "use strict";
  const make = (tag, props = {}, ...children) => { const el = Object.assign(document.createElement(tag), props); el.append(...children); return el; };

  function open(id, ...content) {
    const dialog = make("dialog", { className: "ask ask-wide" });
    dialog.setAttribute("aria-labelledby", id);
    dialog.append(...content);
    document.body.append(dialog);
    dialog.showModal();
    return dialog;
  }

  /** Promises for each text whether theirs is to stay; null where it is decided later. who: somebody's
      name; empty where it was the same person in another window. */
  function ask(texts, who) {
    const box = make("form", { method: "dialog" },
      make("h2", { id: "clash-title", textContent: who ? `${who} saved before you` : "You saved this in another window" }),
      make("p", { textContent: "Nothing is lost. Choose the text that is to stay." }));
    texts.forEach((text, i) => {
      const pair = make("div", { className: "choices" });
      for (const [value, head, words] of [["mine", who ? "Yours" : "Here", text.mine], ["theirs", who ? "Theirs" : "Saved before", text.theirs]]) {
        const radio = make("input", { type: "radio", name: `clash-${i}`, value, checked: value === "mine" });
        pair.append(make("label", { className: "choice" }, radio, make("span", { className: "choice-text" },
          make("small", { textContent: head }), make("span", { className: "pre-line", textContent: words || "(empty)" }))));
      }
      box.append(make("fieldset", { className: "field clash" }, make("legend", { textContent: text.label }), pair));
    });
    box.append(make("div", { className: "ask-actions" },
      make("button", { type: "submit", className: "btn btn-primary", value: "save", textContent: "Save what I chose" }),
      make("button", { type: "submit", className: "btn", value: "later", textContent: "Decide later" })));
    const dialog = open("clash-title", box);
    return new Promise((done) => dialog.addEventListener("close", () => {
      const theirs = texts.map((_, i) => box.elements[`clash-${i}`].value === "theirs");
      dialog.remove();
      done(dialog.returnValue === "save" ? theirs : null);
    }));
  }

  /** Say why nothing was saved, and show both. */
  function tell(why, all) {
    const texts = all.filter((t) => t.mine !== t.theirs);
    const copy = make("button", { type: "button", className: "btn", textContent: "Copy my text" });
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(texts.map((t) => `${t.label}: ${t.mine}`).join("\n"));
        copy.textContent = "Copied";
      } catch { copy.textContent = "Select the text and copy it"; }
    });
    const close = make("button", { type: "button", className: "btn btn-primary", textContent: "Close" });
    const line = (term, words) => make("div", {}, make("dt", { textContent: term }), make("dd", { className: "pre-line", textContent: words || "(empty)" }));
    const dialog = open("unsaved-title",
      make("h2", { id: "unsaved-title", tabIndex: -1, autofocus: true, textContent: "Your last words are not saved" }), make("p", { textContent: why }),
      ...texts.flatMap((t) => [make("h3", { className: "eyebrow", textContent: t.label }), make("dl", { className: "facts" }, line("Yours, not saved", t.mine), line("What stands there", t.theirs))]),
      make("div", { className: "ask-actions" }, copy, close));
    dialog.dataset.unsavedTexts = "";
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); window.Boardroom?.saveState("idle"); });
  }

  window.BoardroomTexts = { ask, tell };
})();
