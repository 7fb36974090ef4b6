// Runs before the first paint, so that a dark room never sees a white flash.
(function () {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function stored(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  }
  function apply() {
    const choice = root.dataset.themeFixed || stored("boardroom.theme") || "auto";
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    root.dataset.themeChoice = choice;
    if (stored("boardroom.names") === "hidden") root.dataset.names = "hidden";
    else delete root.dataset.names;
  }
  apply();
  dark.addEventListener("change", apply);
  // Another tab of the same browser changed its mind: follow it.
  window.addEventListener("storage", apply);
  window.boardroomTheme = { apply };
})();
