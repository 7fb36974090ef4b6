// The keys of the live meeting. A key acts in sight, in another tab of a small screen too, or says why
// it does not.
(function () {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const visible = (element) => element.getClientRects().length > 0;
  const HIDDEN_AWAY = "[inert], [data-pen-when][hidden], [data-sign-off-button][hidden]";
  const SEALED = "The consensus opens with the reveal.";

  class StageKeys {
    /** onItsWay(): whether what is mine is being fetched; fetchMine(): bring it at once. */
    constructor({ mineBox, editorBox, toEditor, penIs, onItsWay, fetchMine }) {
      Object.assign(this, { mineBox, editorBox, toEditor, penIs, onItsWay, fetchMine });
      this.wanted = ""; // pressed before its control was there
      this.typed = { field: null, at: 0 };
      document.addEventListener("keydown", (event) => this.pressed(event));
      document.addEventListener("click", (event) => {
        const other = event.target.closest?.("[data-press]");
        if (!other) return;
        other.closest("dialog").close();
        this.press(other.dataset.press);
      });
    }

    pressed(event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if ($("dialog[open]")) return;
      const at = event.target;
      if (at.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(button|submit)$/.test(at.type))) {
        if (event.key.length === 1 && this.editorBox?.contains(at)) this.typed = { field: at, at: Date.now() };
        return;
      }
      if (this.stillTyping()) return;
      this.typed.field = null;
      const key = event.key.toLowerCase();
      if (/^[123]$/.test(key)) {
        const tab = $$(".stage-tabs [data-tab-for]")[Number(key) - 1];
        if (tab && visible(tab)) { event.preventDefault(); tab.click(); }
        return;
      }
      if (!/^[a-z]$/.test(key)) return;
      if (this.press(key)) event.preventDefault();
      // Not to the editor of the case before, which stands until what is mine has come.
      else if (key === "c" && !this.mineBox?.inert && this.editorBox && $("form", this.editorBox)) { toTabOf(this.editorBox); this.toEditor("start"); }
      // What is mine of this case is on its way: the key waits for it, and it comes at once.
      else if (this.mineBox && "cost".includes(key) && this.onItsWay()) { this.wanted = key; this.fetchMine(); }
      else this.sayWhyNot(key);
    }

    // Somebody else took the next case and the form went: the rest of the word is no command.
    stillTyping() {
      const { field, at } = this.typed;
      if (!field || (field.isConnected && !field.closest("[inert]")) || Date.now() - at > 1000) return false;
      this.typed.at = Date.now();
      return true;
    }

    /** Press the control that has the key; whether there was one. */
    press(key) {
      const hit = $$(`[data-key="${key}"]`).find((element) => !element.disabled && !element.closest(HIDDEN_AWAY));
      if (!hit) return false;
      toTabOf(hit);
      hit.click();
      return true;
    }

    /** What is mine has come: do what was asked of it before. */
    waited() {
      const key = this.wanted;
      this.wanted = "";
      if (key && !this.press(key)) this.sayWhyNot(key);
    }

    sayWhyNot(key) {
      const listed = $$("#keys kbd").some((one) => one.textContent.trim().toLowerCase() === key);
      if (listed && key !== "h") Boardroom.toast(this.why(key) || "No case is before the board.", { seconds: 4 });
    }

    why(key) {
      const phase = $("[data-phase-is]")?.dataset.phaseIs;
      const presenting = phase === "presenting", deciding = phase === "deciding";
      switch (key) {
        case "n": return "Nothing comes next.";
        case "b": return "There is no case before this one.";
        case "r": return deciding ? "The opinions are open already." : "";
        case "x": return presenting ? "Reveal the opinions first; then the case can be closed." : "";
        case "p": return "Somebody can present while the meeting runs.";
        case "c": return presenting ? SEALED : deciding ? (this.penIs() === "asked" ? "You have asked for the pen." : "The pen is yours; its form is on its way.") : "";
        case "t": return presenting ? SEALED : deciding ? (this.penIs() === "free" ? "The pen is free: C takes it." : "The pen is yours.") : "";
        case "s": return presenting ? SEALED : deciding ? ($("[data-sign-off-button]") ? "There is no verdict to sign yet." : "You have no vote to sign with.") : "";
        case "o": return presenting || deciding ? "You have no vote on this board." : "";
        case "f": return "Nobody presents.";
        case "i": return "Nobody is counted after the end of the meeting.";
        default: return "";
      }
    }
  }

  // On a small screen the columns are tabs: what a key acts on comes into sight first.
  function toTabOf(element) {
    const column = element.closest(".stage-agenda, .stage-case, .stage-board");
    if (!column || visible(column)) return;
    const name = ["agenda", "case", "board"].find((one) => column.classList.contains(`stage-${one}`));
    $(`.stage-tabs [data-tab-for="${name}"]`)?.click();
  }

  window.StageKeys = StageKeys;
})();
