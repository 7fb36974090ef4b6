// What was done to the lesions, step by step, so that the last step can be taken back. A step is what
// stood in a lesion's fields before; whatever is done on the drawing is written into them.
(function () {
  "use strict";
  const MOST = 200;
  const SOON_MS = 1500;
  const controls = (row) => [...row.querySelectorAll("input, select")];
  const ticks = (one) => one.type === "checkbox";
  const state = (row) => controls(row).map((one) => (ticks(one) ? one.checked : one.value));

  class TumourMapSteps {
    /** all(): the rows of lesions as they are now; button: disabled while there is nothing to undo. */
    constructor({ all, button }) {
      Object.assign(this, { all, button });
      this.steps = [];
      this.stood = new Map(); // row: what stood in it after the last step
      this.settle();
    }

    settle() {
      this.stood = new Map(this.all().map((row) => [row, state(row)]));
      this.button.disabled = !this.steps.length;
    }

    /** A step was taken on a row. added: the row came with it; kind: steps of one kind on one row that
        follow each other at once, as of a key that is held, are one. */
    taken(row, { added = false, kind = "" } = {}) {
      const was = this.stood.get(row), last = this.steps.at(-1), at = Date.now();
      if (!added && was && String(was) === String(state(row))) return;
      const goesOn = kind && last?.kind === kind && last.row === row && at - last.at < SOON_MS;
      if (goesOn) last.at = at;
      else this.steps.push({ row, was: added ? null : was, kind, at });
      if (this.steps.length > MOST) this.steps.shift();
      this.settle();
    }

    /** Take the last step back. Returns {row, gone}, or null where there is none. */
    undo() {
      const last = this.steps.pop();
      if (!last) return null;
      if (last.was) controls(last.row).forEach((one, n) => {
        if (ticks(one)) one.checked = last.was[n];
        else one.value = last.was[n];
      });
      else last.row.remove();
      this.settle();
      return { row: last.row, gone: !last.was };
    }
  }
  window.TumourMapSteps = TumourMapSteps;
})();
