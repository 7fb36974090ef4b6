// What stands on the wall stays within the screen and readable from the back of the room: step by step
// it is set smaller, down to a limit, and what is secondary is folded; then whatever still has room comes
// back, the most important first (wall_folds.css says what each word in data-folds does).
// What is not on the wall any more is said, never cut in silence.
(function () {
  "use strict";
  const frame = document.querySelector(".wall-frame");
  const more = document.querySelector("[data-wall-more]");
  if (!frame || !more) return;
  const tall = (element) => element.scrollHeight > element.clientHeight + 1;
  const wide = (element) => element.scrollWidth > element.clientWidth + 1;
  const over = (element) => tall(element) || [...element.querySelectorAll(".matrix-wrap")].some(wide);
  const gone = (element) => getComputedStyle(element).display === "none";
  const shut = (within, words) => [...within.querySelectorAll(words)].some(tall);

  // Each box, the element that carries what is folded where it is another, the folds in their order, the
  // least important first, and whether something that is said cannot be read.
  const BOXES = [
    {
      box: ".wall-map",
      carries: ".wall-case",
      folds: ["m30", "m26", "s92", "differences", "m22", "s86", "lesions", "s80", "beside", "m18", "wants", "aids"],
      folded: (box) => [...box.querySelectorAll("li, dl, ul")].some(gone) || shut(box, ".wall-wants"),
    },
    { box: ".wall-board", folds: ["cells", "words", "tight", "s92", "s86", "s80", "s72", "legend", "s64"], folded: () => false },
    {
      box: ".wall-consensus-box",
      carries: ".wall-frame",
      folds: ["points", "rest", "meaning", "s92", "agreed", "s86", "why-short", "because", "steps-short", "s80",
        "why", "reserved", "unsigned", "who", "fallback-because", "steps-line", "again", "chosen-because", "agreed-all", "strength",
        "steps", "steps-few", "dissent-short", "rejected"],
      folded: (box) => [...box.querySelectorAll(".consensus *")].some(gone) || shut(box, ".consensus-why, .plan-what, .is-dissent p, .consensus-then dd"),
    },
  ];

  function carry(carrier, folds) {
    carrier.dataset.fit = folds.length;
    carrier.dataset.folds = folds.join(" ");
  }

  /** Whether all of the box is in sight; as little folded as is needed for it. */
  function fits({ box, carries, folds, folded }) {
    const element = document.querySelector(box);
    if (!element || element.getClientRects().length === 0) return true;
    const carrier = carries ? element.closest(carries) : element;
    carry(carrier, []);
    let needed = 0;
    const smaller = carries === ".wall-frame" ? folds.filter((fold) => /^s\d/.test(fold)) : [];
    for (let type = 1; over(element) && type <= smaller.length; type += 1) {
      carry(carrier, smaller.slice(0, type)); // nothing goes where smaller type is enough
      if (!over(element)) return !folded(element);
    }
    if (over(element)) {
      let least = 1; // the fewest folds with which it fits, found by halves
      needed = folds.length;
      while (least < needed) {
        const half = Math.floor((least + needed) / 2);
        carry(carrier, folds.slice(0, half));
        if (over(element)) least = half + 1;
        else needed = half;
      }
      carry(carrier, folds.slice(0, needed));
      if (over(element)) return false;
    }
    let kept = folds.slice(0, needed);
    for (const fold of kept.slice(0, -1).reverse()) {
      const without = kept.filter((one) => one !== fold);
      carry(carrier, without);
      if (!over(element)) kept = without;
    }
    carry(carrier, kept);
    return !folded(element);
  }

  function fit() {
    more.hidden = true;
    // Who tells the patient stands below the opinions, which leave it its room.
    const then = frame.querySelector(".consensus-then");
    frame.style.setProperty("--then", `${then ? Math.ceil(then.getBoundingClientRect().height) : 0}px`);
    if (BOXES.map(fits).every(Boolean)) return;
    more.hidden = false; // its line takes room too
    BOXES.forEach(fits);
  }

  document.addEventListener("boardroom:painted", fit);
  addEventListener("resize", fit);
  document.fonts?.ready.then(fit);
})();
