// The scribe's editor. Everything is found when an event comes in, so a part that is
// swapped in later needs no wiring.
//
// The plan has a fixed row of places; an empty place at the end is a step to come. Moving, removing and
// adding change what stands in the places, and one "change" event lets autosave.js send the whole plan.
(function () {
  "use strict";
  const rowsOf = (field) => [...field.querySelectorAll("[data-step]")];
  const inputs = (row) => [...row.querySelectorAll("input")];
  const values = (row) => inputs(row).map((input) => input.value);
  const isBlank = (step) => step.every((value) => !value.trim());

  function fill(row, step) {
    inputs(row).forEach((input, i) => { input.value = step[i] ?? ""; });
  }
  /** Show the places in use and one more. */
  function unfold(field) {
    const rows = rowsOf(field);
    const used = rows.findLastIndex((row) => !isBlank(values(row)));
    rows.forEach((row, i) => { row.hidden = i > used + 1 && !row.contains(document.activeElement); });
  }
  function write(field, steps) {
    rowsOf(field).forEach((row, i) => fill(row, steps[i] ?? []));
    unfold(field);
    inputs(rowsOf(field)[0])[0].dispatchEvent(new Event("change", { bubbles: true }));
  }
  function say(field, text) {
    const said = field.querySelector("[data-steps-said]");
    if (said) said.textContent = text;
  }

  /** action: up | down | remove. Returns the place where the step now is, or null. */
  function act(field, place, action) {
    const rows = rowsOf(field);
    const steps = rows.map(values);
    const last = steps.findLastIndex((step) => !isBlank(step));
    if (place > last) return null;
    if (action === "remove") {
      steps.splice(place, 1);
      write(field, steps);
      say(field, `Step ${place + 1} removed.`);
      return Math.min(place, Math.max(last - 1, 0));
    }
    const to = action === "up" ? place - 1 : place + 1;
    if (to < 0 || to > last) return null;
    [steps[place], steps[to]] = [steps[to], steps[place]];
    write(field, steps);
    say(field, `Now step ${to + 1} of ${last + 1}.`);
    return to;
  }
  function add(field, step) {
    const rows = rowsOf(field);
    const steps = rows.map(values);
    const free = steps.findLastIndex((one) => !isBlank(one)) + 1;
    if (free >= rows.length) {
      window.Boardroom?.toast(`A plan can have up to ${rows.length} steps.`);
      return;
    }
    steps[free] = step;
    write(field, steps);
    say(field, `Added as step ${free + 1}.`);
    inputs(rows[free])[1].focus();
    inputs(rows[free])[1].select();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-step-do]");
    const field = button?.closest("[data-steps]");
    if (!field) return;
    event.preventDefault();
    const { stepDo, what, who, when } = button.dataset;
    if (stepDo === "quick") { add(field, [what, who, when]); return; }
    const row = button.closest("[data-step]");
    const to = act(field, rowsOf(field).indexOf(row), stepDo);
    if (to !== null) rowsOf(field)[to].querySelector(`[data-step-do="${stepDo}"]`)?.focus();
  });

  // One press for every option that is left open and that nobody is for; it says what it did, and
  // takes it back once. Who is for what is read from the matrix where it stands beside: opinions shift.
  const radioOf = (form, key, value) => [...form.elements[`disposition_${key}`]].find((radio) => radio.value === value);
  function set(form, keys, value) {
    let last = null;
    for (const key of keys) {
      last = radioOf(form, key, value);
      last.checked = true;
    }
    last?.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function restOf(form) {
    const rest = [], left = [];
    for (const row of form.querySelectorAll("[data-option]")) {
      const key = row.dataset.option;
      if (!radioOf(form, key, "").checked) continue;
      const now = document.querySelector(`[data-supporters-of="${CSS.escape(key)}"]`) ?? row;
      if (now.dataset.supporters) left.push(`${row.querySelector("legend").textContent.trim()} (for it: ${now.dataset.supporters})`);
      else rest.push(key);
    }
    return { rest, left };
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-fates-rest]");
    const form = button?.form;
    if (!form) return;
    event.preventDefault();
    const { rest, left } = restOf(form), value = button.dataset.fatesRest;
    const said = form.querySelector("[data-fates-said]");
    const count = rest.length === 1 ? "1 option does" : `${rest.length || "No"} options do`;
    const kept = left.length ? ` Left for you to decide: ${left.join("; ")}.` : "";
    said.textContent = rest.length ? `${count} not apply now.${kept} ` : left.length ? `Nothing was set.${kept}` : "No option is left open.";
    set(form, rest, value);
    if (!rest.length) return;
    const undo = Object.assign(document.createElement("button"), { type: "button", className: "btn-link-plain", textContent: "Undo" });
    undo.addEventListener("click", () => {
      set(form, rest.filter((key) => radioOf(form, key, value).checked), "");
      said.textContent = "Taken back.";
      button.focus();
    });
    said.append(undo);
  });

  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-step]");
    const field = row?.closest("[data-steps]");
    if (!field || event.target.tagName !== "INPUT" || event.isComposing) return;
    const rows = rowsOf(field), place = rows.indexOf(row), column = inputs(row).indexOf(event.target);
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      const next = rows[place + 1];
      if (next && !isBlank(values(row))) { next.hidden = false; inputs(next)[0].focus(); }
    } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      event.stopPropagation();
      const to = act(field, place, event.key === "ArrowUp" ? "up" : "down");
      if (to !== null) inputs(rows[to])[column].focus();
    } else if (event.key === "Backspace" && place > 0 && isBlank(values(row))) {
      event.preventDefault();
      inputs(rows[place - 1])[0].focus();
      unfold(field);
    }
  });

  document.addEventListener("input", (event) => {
    const field = event.target.closest?.("[data-steps]");
    if (field) unfold(field);
  });

  // What the answer to the first opinion rests on is asked as soon as there is one.
  document.addEventListener("change", (event) => {
    if (event.target.name !== "verdict" || !event.target.form?.matches("[data-consensus-editor]")) return;
    const asked = event.target.form.querySelector("[data-when-decided]");
    if (asked && event.target.value) asked.hidden = false;
  });
})();
