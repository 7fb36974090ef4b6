// The live meeting's forms: each press is sent until it is answered, and carried out once.
(function () {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  class StageForms {
    /** personal(): fetch what is mine anew; signedOut(): the server knows this person no more. */
    constructor({ editorBox, sync, personal, signedOut }) {
      Object.assign(this, { editorBox, sync, personal, signedOut });
      document.addEventListener("submit", (event) => {
        if (!event.target.matches("form[data-live], [data-mine] form")) return;
        event.preventDefault();
        this.send(event.target);
      });
    }

    async send(form) {
      if (form.dataset.sending || this.pressedTwice(form)) return;
      this.moved = null; // what is pressed after anything else is meant, before its answer is here too
      form.dataset.sending = "1";
      const buttons = $$("button[type=submit]", form);
      for (const button of buttons) button.setAttribute("aria-busy", "true");
      try {
        if (!(await this.lastWordsSaved())) {
          const words = "Not done yet: what you typed in the consensus is not saved. Look at it first.";
          if (form.closest("dialog[open]")) FieldErrors.place(form).textContent = words;
          else Boardroom.toast(words);
          return;
        }
        const passed = passedOver(form), meant = meaning(form);
        const answer = await post(form);
        if (answer.ok || answer.type === "opaqueredirect") await this.done(form, answer, passed);
        else await this.showProblem(answer, form, meant);
      } finally {
        delete form.dataset.sending;
        for (const button of buttons) button.removeAttribute("aria-busy");
      }
    }

    async done(form, answer, passed) {
      FieldErrors.clear(form);
      form.closest("dialog")?.close();
      if (!form.closest("[data-part]")) form.reset();
      const mine = form.closest("[data-mine]");
      if (mine) this.personal();
      // Pressed again before this screen shows the change, the same control would mean another thing.
      await this.shown(Number(answer.headers.get("X-Boardroom-Seq")));
      this.moved = isMove(form) ? { to: form.action, at: Date.now() } : null;
      if (!mine) this.personal(); // who pressed need not wait for the turn of everybody's screen
      if (passed) Boardroom.toast(`${passed} waits again.`);
      // Its control may be gone: who works by keyboard goes on where it was, and presses nothing new.
      if (document.activeElement === document.body) $(".stage-foot")?.focus({ preventScroll: true });
    }

    /** A second press of the same key by a slip would pass over the case that has just come. */
    pressedTwice(form) {
      return this.moved?.to === form.action && Date.now() - this.moved.at < 700;
    }

    // Giving the pen, closing, deferring, going on: each ends the right to write, so what was typed
    // goes out first. What cannot be saved holds it up, and says so.
    async lastWordsSaved() {
      const editor = this.editorBox && $("form", this.editorBox);
      if (!editor || !BoardroomAutosave.unsaved(editor)) return true;
      let seq = 0;
      const saved = (event) => { seq = event.detail.seq ?? seq; };
      editor.addEventListener("autosave:saved", saved);
      const all = await BoardroomAutosave.flush(editor);
      editor.removeEventListener("autosave:saved", saved);
      if (all) await this.shown(seq);
      return all;
    }

    /** Until this screen has the change with this number; a lost push is asked for. */
    async shown(seq) {
      for (let waited = 0; seq > this.sync.seq && waited < 5000; waited += 50) {
        if (waited === 700) this.sync.ask();
        await pause(50);
      }
    }

    async showProblem(answer, form, meant) {
      if (answer.status === 401) { this.signedOut(); return; }
      const text = await answer.text();
      if (form.closest("dialog")?.open) { // what was typed stays in sight, what is wrong with it beside it
        FieldErrors.show(form, text);
        this.sync.ask();
        return;
      }
      // What was pressed is done already, or its case has gone: then there is nothing to decide about.
      await this.sync.ask();
      if (answer.status === 409 && form.dataset.live !== undefined && (!form.isConnected || meaning(form) !== meant)) {
        Boardroom.toast("Another chair has gone on meanwhile.");
        return;
      }
      const box = $("[data-problem]");
      if (!box) return;
      box.innerHTML = text;
      for (const open of $$("dialog[open]")) open.close();
      Boardroom.openDialog("stage-problem");
    }
  }

  // One key for each press: a form that is sent again after a lost answer is carried out once.
  async function post(form) {
    const body = new FormData(form);
    const headers = { "X-Boardroom-Part": "1", "Idempotency-Key": Boardroom.newKey() };
    for (let wait = 500; ; wait = Math.min(wait * 2, 5000)) {
      let answer = null;
      try {
        answer = await fetch(form.action, { method: "POST", body, headers, redirect: "manual" });
      } catch {
        Boardroom.saveState("offline");
      }
      if (answer && answer.status !== 503) {
        Boardroom.saveState("idle");
        return answer;
      }
      await pause(wait);
    }
  }

  const isMove = (form) => /\/(next|previous|take)$/.test(new URL(form.action).pathname);

  /** What a press on it does, and to which case. */
  const meaning = (form) => `${form.action} ${form.elements.after?.value ?? ""}`;

  // The case that this press leaves before its opinions were opened: it is nobody's loss, but is said.
  function passedOver(form) {
    const data = $("[data-dialog-data]")?.dataset;
    return data?.phase === "presenting" && isMove(form) ? data.code : "";
  }

  window.StageForms = StageForms;
})();
