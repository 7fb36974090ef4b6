// Placing lesions on the drawing: by mouse or touch (tumour_map_pointer.js) or by keyboard. The fields
// beside it are the truth: the drawing is made from them, and whatever is done on it is written into them.
(function () {
  "use strict";
  const form = document.querySelector("[data-reading]");
  const liver = form?.querySelector("[data-liver]");
  if (!liver) return;
  const SVG = "http://www.w3.org/2000/svg";
  const BADGE = 6.2, LIVER = 210, LARGEST = 400; // as in boardroom/tumour_map/drawing.py
  const box = liver.querySelector("[data-lesions]");
  const told = form.querySelector("[data-told]");
  const rows = form.querySelector("[data-rows]");
  const segments = [...liver.querySelectorAll("[data-segment]")];
  const undoButton = form.querySelector("[data-undo]");
  const removeButton = form.querySelector("[data-remove-chosen]");
  let dirty = false;
  let shown = null; // the row of the lesion that is chosen

  // ---- Rows and what stands in them ------------------------------------------------------------
  const all = () => [...rows.querySelectorAll("[data-lesion-row]")];
  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const whole = (row, name) => {
    const text = field(row, name).value.trim();
    return /^\d{1,4}$/.test(text) ? Number(text) : null;
  };
  const numberOf = (row) => Number(field(row, "number").value);
  const removed = (row) => field(row, "remove").checked;
  const chosen = (row) => [...row.querySelectorAll('[name$="-segments"]:checked')].map((one) => one.value);
  const isBlank = (row) => !chosen(row).length && ["size_mm", "x", "y"].every((name) => !field(row, name).value.trim());
  const rowOf = (number) => all().find((row) => numberOf(row) === number);

  function segmentAt(x, y) {
    const point = liver.createSVGPoint();
    point.x = x;
    point.y = y;
    return segments.find((path) => path.isPointInFill(point))?.dataset.segment ?? null;
  }
  function middleOf(names) {
    // A lesion with a segment and no place stands in the middle of it until it is moved.
    const path = segments.find((one) => names.includes(one.dataset.segment));
    if (!path) return null;
    const { x, y, width, height } = path.getBBox();
    let best = null;
    for (let i = 1; i < 12; i++) for (let j = 1; j < 12; j++) {
      const at = [x + (width * i) / 12, y + (height * j) / 12];
      if (segmentAt(...at) !== path.dataset.segment) continue;
      const off = Math.hypot(at[0] - x - width / 2, at[1] - y - height / 2);
      if (!best || off < best.off) best = { at, off };
    }
    return best?.at ?? null;
  }
  function placeOf(row) {
    const x = whole(row, "x"), y = whole(row, "y");
    return x !== null && y !== null ? [x, y] : middleOf(chosen(row));
  }

  // ---- Drawing ---------------------------------------------------------------------------------
  function make(tag, attributes, parent, text) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  }
  function words(row) {
    const size = whole(row, "size_mm");
    const where = chosen(row).join(", ");
    return `Lesion ${numberOf(row)}, ${where ? `segment ${where}` : "no segment"}, ${size === null ? "no size" : `${size} mm`}`;
  }
  // Half a size as it is drawn: no wider than the liver, and nothing of one that is refused.
  const radius = (size) => (size !== null && size <= LARGEST ? Math.min(size, LIVER) / 2 : 0);
  function drawOne(row) {
    const at = placeOf(row);
    if (!at || removed(row)) return;
    const size = whole(row, "size_mm"), viable = whole(row, "viable_mm"), r = radius(size), living = radius(viable);
    // A slider, since that is what screen readers leave the arrow keys to; its value is the size.
    const group = make("g", {
      class: `lm-lesion${row === shown ? " is-chosen" : ""}`, tabindex: 0, role: "slider", "data-lesion": numberOf(row),
      transform: `translate(${at[0]} ${at[1]})`, "aria-label": `Lesion ${numberOf(row)}`,
      "aria-valuemin": 1, "aria-valuemax": 400, "aria-valuenow": size ?? 0, "aria-valuetext": words(row),
    }, box);
    make("circle", { class: "lm-grip", r: Math.max(r, 11) + 2 }, group);
    make("circle", { class: viable === null ? "lm-body" : "lm-zone", r }, group);
    if (living) make("circle", { class: "lm-body", r: living }, group);
    const inner = living || r;
    const away = inner >= BADGE + 1.5 ? 0 : (inner + BADGE + 2) / Math.SQRT2;
    if (away) make("path", { class: "lm-leader", d: `M0 0L${away} ${-away}` }, group);
    make("circle", { class: "lm-badge", cx: away, cy: -away, r: BADGE }, group);
    make("text", { class: "lm-number", x: away, y: 3 - away }, group, numberOf(row));
    if (r >= 14) make("text", { class: "lm-halo", y: Math.max(15, living + 7) }, group, `${size} mm`);
  }
  function draw() {
    const focused = document.activeElement?.closest?.("[data-lesion]")?.dataset.lesion;
    box.replaceChildren();
    // The large ones first, so that a small one is never hidden behind them.
    for (const row of [...all()].sort((a, b) => (whole(b, "size_mm") ?? 0) - (whole(a, "size_mm") ?? 0))) {
      if (!isBlank(row)) drawOne(row);
      row.classList.toggle("is-removed", removed(row));
      const spare = row.querySelector("[data-spare]");
      if (spare) spare.hidden = !isBlank(row);
      caution(row);
    }
    sayChosen();
    if (focused) box.querySelector(`[data-lesion="${focused}"]`)?.focus({ preventScroll: true });
  }
  // The same rules as in boardroom/clinical/reading_refusals.py.
  function caution(row) {
    const category = field(row, "li_rads").value, viable = whole(row, "viable_mm");
    const now = /^LR-[1-5]$/.test(category) && viable === 0 ? "untreated"
      : /^LR-TR (viable|equivocal)$/.test(category) && viable === null ? "viable" : "";
    for (const one of row.querySelectorAll("[data-caution]")) one.hidden = one.dataset.caution !== now;
  }
  let telling = 0;
  function tell(text) {
    clearTimeout(telling);
    telling = setTimeout(() => { told.textContent = text; }, 250);
  }

  // ---- Changing --------------------------------------------------------------------------------
  function write(row, name, value) {
    field(row, name).value = String(value);
    dirty = true;
  }
  function moveTo(row, x, y) {
    const px = Math.round(x), py = Math.round(y);
    const here = segmentAt(px, py);
    if (!here) { tell("The edge of the liver."); return false; }
    write(row, "x", px);
    write(row, "y", py);
    if (!chosen(row).includes(here))
      for (const one of row.querySelectorAll('[name$="-segments"]')) one.checked = one.value === here;
    return true;
  }
  // A size is measured on the images and typed; what is there already can be set right by steps.
  function resize(row, by) {
    const size = whole(row, "size_mm");
    if (size === null) return false;
    write(row, "size_mm", Math.min(400, Math.max(1, size + by)));
    return true;
  }
  function addRow() {
    const from = all().at(-1);
    if (isBlank(from) && !removed(from)) return from;
    const next = Math.max(...all().map((row) => Number(/lesions-(\d+)-/.exec(field(row, "number").name)[1]))) + 1;
    const made = from.cloneNode(true);
    for (const one of made.querySelectorAll("*"))
      for (const name of ["id", "name", "for", "aria-describedby"])
        if (one.hasAttribute(name)) one.setAttribute(name, one.getAttribute(name).replace(/lesions-\d+/, `lesions-${next}`));
    for (const error of made.querySelectorAll(".field-error")) error.closest("[id$=-error]").remove();
    for (const one of made.querySelectorAll(".has-error")) one.classList.remove("has-error");
    for (const one of made.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
    for (const one of made.querySelectorAll("input, select")) {
      if (one.type === "checkbox") one.checked = false;
      else one.value = "";
    }
    const number = Math.max(...all().map(numberOf)) + 1;
    field(made, "number").value = number;
    made.querySelector("[data-number]").textContent = number;
    made.removeAttribute("id");
    made.querySelector("details").open = false;
    rows.append(made);
    return made;
  }

  const steps = new window.TumourMapSteps({ all, button: undoButton });

  // ---- The lesion that is chosen ---------------------------------------------------------------
  function sayChosen() {
    for (const one of box.querySelectorAll("[data-lesion]"))
      one.classList.toggle("is-chosen", Boolean(shown) && one.dataset.lesion === field(shown, "number").value);
    const there = shown?.isConnected && !removed(shown) && !isBlank(shown);
    removeButton.hidden = !there;
    if (there) removeButton.querySelector("[data-number]").textContent = numberOf(shown);
  }
  function show(row) {
    shown = row;
    for (const one of all()) one.classList.toggle("is-shown-lesion", one === row);
    sayChosen();
  }
  box.addEventListener("focusin", (event) => {
    const row = rowOf(Number(event.target.closest("[data-lesion]")?.dataset.lesion));
    if (row) show(row);
  });
  removeButton.addEventListener("click", () => {
    const row = shown;
    field(row, "remove").checked = dirty = true;
    steps.taken(row);
    show(null);
    draw();
    tell(`Lesion ${numberOf(row)} is left out when you save.`);
    undoButton.focus({ preventScroll: true });
  });
  function undo() {
    if (pointer.held) return;
    const from = document.activeElement, back = steps.undo();
    if (!back) return;
    dirty = true;
    if (back.gone && shown === back.row) show(null);
    draw();
    if (!back.gone && !isBlank(back.row) && !removed(back.row)) show(back.row);
    tell(back.gone || isBlank(back.row) ? `Lesion ${numberOf(back.row)} is taken back.` : `Taken back: ${words(back.row)}`);
    // What had the focus may be gone or off; the next Ctrl+Z is for the drawing too.
    if (document.activeElement === document.body || (from === undoButton && from.disabled)) liver.focus({ preventScroll: true });
  }
  undoButton.addEventListener("click", undo);
  form.querySelector(".reading-drawing").addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    undo();
  });

  // ---- Mouse and touch -------------------------------------------------------------------------
  const pointer = new window.TumourMapPointer(liver, {
    lesionAt: (target) => rowOf(Number(target.closest("[data-lesion]")?.dataset.lesion)),
    placeOf,
    placeAt(x, y) {
      if (!segmentAt(x, y)) return null;
      const before = all().length, row = addRow();
      moveTo(row, x, y);
      draw();
      return { row, added: all().length > before };
    },
    choose(row) {
      if (row) box.querySelector(`[data-lesion="${numberOf(row)}"]`)?.focus({ preventScroll: true });
      show(row);
    },
    moveTo(row, x, y) { if (moveTo(row, x, y)) draw(); },
    done(row, { added }) {
      steps.taken(row, { added });
      tell(words(row));
    },
  });

  // ---- Keyboard --------------------------------------------------------------------------------
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  liver.addEventListener("keydown", (event) => {
    const row = rowOf(Number(event.target.closest("[data-lesion]")?.dataset.lesion));
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) {
      const [dx, dy] = ARROWS[event.key], step = event.shiftKey ? 10 : 2;
      const [x, y] = placeOf(row);
      if (moveTo(row, x + dx * step, y + dy * step)) { steps.taken(row, { kind: "move" }); tell(words(row)); }
    } else if (["+", "=", "-"].includes(event.key)) {
      if (resize(row, event.key === "-" ? -1 : 1)) { steps.taken(row, { kind: "resize" }); tell(words(row)); }
      else tell("No size yet: Enter goes to its field.");
    } else if (event.key === "Enter") {
      field(row, "size_mm").focus();
    } else return;
    event.preventDefault();
    draw();
  });

  // ---- The fields ------------------------------------------------------------------------------
  form.addEventListener("input", (event) => {
    dirty = true;
    const row = event.target.closest("[data-lesion-row]");
    if (!row) return;
    // Another segment chosen: a place that lies in none of those chosen is given up.
    if (event.target.name.endsWith("-segments")) {
      const x = whole(row, "x"), y = whole(row, "y");
      if (x !== null && y !== null && chosen(row).length && !chosen(row).includes(segmentAt(x, y))) {
        field(row, "x").value = field(row, "y").value = "";
      }
    }
    draw();
  });
  rows.addEventListener("change", (event) => {
    const row = event.target.closest("[data-lesion-row]");
    if (row) steps.taken(row);
  });
  // Enter came here from the drawing and goes back there; it does not save a reading that is half done.
  rows.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-lesion-row]");
    if (event.key !== "Enter" || !row || event.target.tagName !== "INPUT" || event.isComposing) return;
    event.preventDefault();
    box.querySelector(`[data-lesion="${numberOf(row)}"]`)?.focus();
  });
  form.querySelector("[data-add-lesion]").addEventListener("click", () => {
    const row = addRow();
    steps.settle();
    row.querySelector('[name$="-segments"]').focus();
    row.scrollIntoView({ block: "nearest" });
  });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  // A refused field can be far off the screen, within a folded part: the list of them leads there.
  const summary = document.getElementById("error-summary");
  function goTo(id) {
    const target = document.getElementById(id);
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  }
  summary?.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    event.preventDefault();
    goTo(link.hash.slice(1));
  });
  const first = summary?.querySelector("a[href^='#']");
  // After app.js, which puts the focus on the list itself.
  if (first) addEventListener("load", () => goTo(first.hash.slice(1)), { once: true });

  for (const one of form.querySelectorAll("[data-script-only], [data-add-lesion]")) one.hidden = false;
  for (const one of form.querySelectorAll("[data-without-script]")) one.hidden = true;
  liver.classList.add("is-on");
  draw();
})();
