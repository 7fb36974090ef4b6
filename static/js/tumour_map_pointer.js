// Mouse and touch on the drawing of a reading. A mouse acts when it is pressed. A finger scrolls the page:
// it places or chooses where it is lifted without having moved, and drags only the lesion that is chosen.
(function () {
  "use strict";
  const SLOP = 8; // pixels within which a finger has not moved
  const isFar = (event, from) => Math.hypot(event.clientX - from.left, event.clientY - from.top) > SLOP;
  const isDraggedByFinger = (target) => Boolean(target.closest?.(".is-chosen"));

  class TumourMapPointer {
    /** lesionAt(target): its row, if it is one; placeAt(x, y): {row, added}, or null outside the liver;
        placeOf(row): [x, y]; choose(row or null); moveTo(row, x, y); done(row, {added}): the step is over. */
    constructor(liver, actions) {
      Object.assign(this, { liver, actions, held: null, tap: null });
      liver.addEventListener("pointerdown", (event) => this.pressed(event));
      liver.addEventListener("pointermove", (event) => this.moved(event));
      liver.addEventListener("pointerup", (event) => { this.tapped(event); this.released(event); });
      liver.addEventListener("pointercancel", (event) => this.released(event));
      // Where `touch-action` within a drawing is not known, a drag would scroll the page.
      liver.addEventListener("touchstart", (event) => {
        if (event.touches.length === 1 && isDraggedByFinger(event.target) && event.cancelable) event.preventDefault();
      }, { passive: false });
    }

    pointOf(event) {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.liver.getScreenCTM().inverse());
      return [point.x, point.y];
    }

    pressed(event) {
      // A second finger places and moves nothing
      if (event.button !== 0 || this.held || !event.isPrimary) { this.tap = null; return; }
      const finger = event.pointerType !== "mouse", from = { left: event.clientX, top: event.clientY, id: event.pointerId };
      if (finger && !isDraggedByFinger(event.target)) { this.tap = from; return; }
      const row = this.actions.lesionAt(event.target), [x, y] = this.pointOf(event);
      const on = row ? { row, added: false } : this.actions.placeAt(x, y);
      if (!on) return;
      event.preventDefault();
      const at = this.actions.placeOf(on.row);
      this.held = { ...from, ...on, dx: at[0] - x, dy: at[1] - y, still: finger };
      this.liver.setPointerCapture(event.pointerId);
      this.actions.choose(on.row);
    }

    moved(event) {
      if (this.tap?.id === event.pointerId && isFar(event, this.tap)) this.tap = null;
      const held = this.held;
      if (held?.id !== event.pointerId || (held.still && !isFar(event, held))) return;
      held.still = false;
      const [x, y] = this.pointOf(event);
      this.actions.moveTo(held.row, x + held.dx, y + held.dy);
    }

    tapped(event) {
      if (this.tap?.id !== event.pointerId) return;
      const row = this.actions.lesionAt(event.target);
      const on = row ? { row, added: false } : this.actions.placeAt(...this.pointOf(event));
      this.actions.choose(on?.row ?? null);
      if (on) this.actions.done(on.row, on);
    }

    released(event) {
      if (this.tap?.id === event.pointerId) this.tap = null;
      if (this.held?.id !== event.pointerId) return;
      const { row, added } = this.held;
      this.held = null;
      this.actions.done(row, { added });
    }
  }
  window.TumourMapPointer = TumourMapPointer;
})();
