// The wall's consensus stays within the screen and readable from the back of the room: step by step it
// is set smaller, down to a limit, and what is secondary is folded (stage.css says what, by data-fit).
// What is not on the wall any more is said, never cut in silence.
(function () {
  "use strict";
  const frame = document.querySelector(".wall-frame");
  const box = document.querySelector(".wall-consensus-box");
  const more = document.querySelector("[data-wall-more]");
  if (!frame || !box || !more) return;
  const LAST = 9;
  const over = (element) => element.scrollHeight > element.clientHeight + 1;

  function folded() {
    return over(box)
      || [...box.querySelectorAll(".consensus *")].some((element) => getComputedStyle(element).display === "none")
      || [...box.querySelectorAll(".consensus-why, .plan-what")].some(over);
  }

  function fit() {
    for (let level = 0; level <= LAST; level += 1) {
      frame.dataset.fit = level;
      more.hidden = true;
      if (!over(box)) {
        if (!folded()) return;
        more.hidden = false; // its line takes room too
        if (!over(box)) return;
      }
    }
    more.hidden = !folded();
  }

  document.addEventListener("boardroom:painted", fit);
  addEventListener("resize", fit);
  document.fonts?.ready.then(fit);
})();
