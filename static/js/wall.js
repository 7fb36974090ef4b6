// What stands on the wall stays within the screen and readable from the back of the room: step by step
// it is set smaller, down to a limit, and what is secondary is folded (wall.css says what, by data-fit).
// What is not on the wall any more is said, never cut in silence.
(function () {
  "use strict";
  const frame = document.querySelector(".wall-frame");
  const more = document.querySelector("[data-wall-more]");
  if (!frame || !more) return;
  const over = (element) => element.scrollHeight > element.clientHeight + 1;
  const gone = (element) => getComputedStyle(element).display === "none";
  const shut = (within, words) => [...within.querySelectorAll(words)].some(over);

  // Each box, the element that carries how far it is folded where it is another, and whether it is.
  const BOXES = [
    { box: ".wall-map", carries: ".wall-case", last: 9, folded: (box) => [...box.querySelectorAll("li, dl, ul")].some(gone) || shut(box, ".wall-wants") },
    { box: ".wall-board", last: 4, folded: () => false },
    { box: ".wall-consensus-box", carries: ".wall-frame", last: 9, folded: (box) => [...box.querySelectorAll(".consensus *")].some(gone) || shut(box, ".consensus-why, .plan-what") },
  ];

  /** Whether all of the box is in sight; as little folded as is needed for it. */
  function fits({ box, carries, last, folded }) {
    const element = document.querySelector(box);
    if (!element || element.getClientRects().length === 0) return true;
    const carrier = carries ? element.closest(carries) : element;
    for (let level = 0; level <= last; level += 1) {
      carrier.dataset.fit = level;
      if (!over(element)) return !folded(element);
    }
    return false;
  }

  function fit() {
    more.hidden = true;
    if (BOXES.map(fits).every(Boolean)) return;
    more.hidden = false; // its line takes room too
    BOXES.forEach(fits);
  }

  document.addEventListener("boardroom:painted", fit);
  addEventListener("resize", fit);
  document.fonts?.ready.then(fit);
})();
