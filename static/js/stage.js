// The live meeting's page: paints what StageSync brings, keeps what is mine beside it, runs the clocks.
(function () {
  "use strict";
  const root = document.querySelector("[data-stage]");
  if (!root) return;
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const HEADERS = { "X-Boardroom-Part": "1" };
  let serverAhead = 0; // seconds that the server's clock is ahead of this one
  const serverNow = () => Date.now() / 1000 + serverAhead;

  // ---- Painting --------------------------------------------------------------------------------
  // What somebody has unfolded stays so: the page tells htmx to leave `open` alone.
  function morph(target, html) {
    return htmx.swap({ sourceElement: target, target, text: html, swap: "innerMorph" });
  }

  // A soft flash says where something changed; not where everything did.
  const FLASHING = new Set(["opinions", "consensus", "comments"]);

  function paint(parts, whole, change) {
    for (const [name, html] of Object.entries(parts)) {
      const target = $(`[data-part="${name}"]`);
      if (!target || target.dataset.painted === html) continue;
      morph(target, html);
      target.dataset.painted = html;
      if (!whole && FLASHING.has(name) && !change.kinds.includes("case_taken")) flash(target);
    }
    root.dataset.seq = sync.seq;
    afterPaint();
  }

  function flash(part) {
    part.classList.remove("changed");
    void part.offsetWidth;
    part.classList.add("changed");
  }

  function afterPaint() {
    tick();
    fitMine();
    for (const mark of $$("[data-connection=live]")) mark.textContent = WORDS.live();
    loadThread();
    followPaint();
    document.dispatchEvent(new CustomEvent("boardroom:painted"));
  }

  // ---- What is mine alone ----------------------------------------------------------------------
  const mineBox = $("[data-mine]");
  const editorBox = $("[data-editor]");
  const SPREAD = 1200; // ms
  let mineTimer = null;
  let mineAsked = 0; // the newest question alone is answered on the screen
  let mineComes = false;
  let mineStale = false;
  let editorUrl = null;

  function personal(change) {
    if (!mineBox) return;
    // Forty people fetch theirs after the same change: spread over a moment, unless it is our own.
    const atOnce = !change || change.own.includes(sync.person);
    // What is shown speaks of the case before: nothing there may be pressed any more.
    if (change?.kinds.includes("case_taken")) {
      if (!$("dialog[open]", mineBox)) mineBox.inert = true;
      const before = editorBox && $("form", editorBox);
      if (before) before.inert = true;
    }
    if (mineTimer && !atOnce) return; // it is to be fetched soon anyway
    clearTimeout(mineTimer);
    mineTimer = setTimeout(fetchMine, atOnce ? 0 : Math.random() * SPREAD);
  }

  async function fetchMine() {
    mineTimer = null;
    if ($("dialog[open]", mineBox)) { mineStale = true; return; }
    const asked = ++mineAsked;
    mineComes = true;
    let html = null;
    let refused = false;
    try {
      const answer = await fetch(root.dataset.mineUrl, { headers: HEADERS });
      if (answer.ok) html = await answer.text();
      else refused = answer.status < 500;
    } catch { /* no line */ }
    if (asked !== mineAsked) return;
    mineComes = false;
    if (html === null) { // the server is busy or away: soon again, unless a change brings it sooner
      if (!mineTimer && !refused) mineTimer = setTimeout(fetchMine, SPREAD + Math.random() * SPREAD);
      return;
    }
    morph(mineBox, html);
    mineBox.inert = false;
    fitMine();
    mineStale = false;
    keys.waited();
    await showEditor($("[data-editor-url]", mineBox)?.dataset.editorUrl ?? null);
  }

  // What is mine follows the shared parts where that needs no asking: of the ways to the pen the one
  // that fits where it is, the sign-off as soon as there is something to sign, nothing after the end.
  function fitMine() {
    const phase = $("[data-phase-is]")?.dataset.phaseIs;
    if (!mineBox) return;
    if (!["presenting", "deciding"].includes(phase)) {
      if ($("dialog[open]", mineBox)) mineStale = true;
      else { mineBox.replaceChildren(); showEditor(null); }
      return;
    }
    const sign = $("[data-sign-off-button]", mineBox);
    if (sign) sign.hidden = !$("[data-signable]");
    const where = penIs();
    for (const way of $$("[data-pen-when]", mineBox)) way.hidden = !way.dataset.penWhen.split(" ").includes(where);
  }

  function penIs() {
    const pen = $("[data-pen-of]");
    if (!pen?.dataset.penOf) return "free";
    return Number(pen.dataset.penAskedBy) === sync.person ? "asked" : "held";
  }

  // The scribe's editor is fetched once for a case and then left alone: nobody's push may touch
  // what is being typed.
  async function showEditor(url) {
    if (!editorBox) return;
    const before = $("form", editorBox);
    if (url === editorUrl) {
      if (before) before.inert = false; // the same case was taken again at once
      return;
    }
    editorUrl = url;
    // Words on their way when the pen or the case went: the server takes them or says why not, and
    // then both texts are shown.
    if (before && BoardroomAutosave.unsaved(before)) {
      before.inert = true;
      await BoardroomAutosave.flush(before);
      if (url !== editorUrl) return;
    }
    if (!url) { editorBox.replaceChildren(); return; }
    const html = await fetch(url, { headers: HEADERS }).then((answer) => (answer.ok ? answer.text() : null), () => null);
    if (url !== editorUrl) return;
    if (html === null) { editorUrl = null; return; } // the next state brings it
    editorBox.innerHTML = html;
    htmx.process(editorBox);
    document.dispatchEvent(new CustomEvent("boardroom:part", { detail: { box: editorBox } }));
    const form = $("form", editorBox);
    if (form) BoardroomAutosave.restore(form);
    toEditor("start");
  }

  // Not onto a field: there the next key, meant for the meeting, would choose or type something.
  // `block`: where the form is scrolled to; from one of its fields it stays where it is.
  function toEditor(block = null) {
    const form = $("form", editorBox);
    if (!form) return;
    form.tabIndex = -1;
    form.focus({ preventScroll: true });
    if (block) form.scrollIntoView({ block });
  }
  editorBox?.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) toEditor();
  });

  // ---- Comments --------------------------------------------------------------------------------
  async function loadThread() {
    const box = $("[data-thread-url]");
    if (!box || !box.closest("details").open) return;
    const stamp = `${box.dataset.threadUrl} ${box.dataset.threadSeen}`;
    if (box.dataset.loaded === stamp) return;
    const written = () => $$("textarea", box).some((area) => area === document.activeElement || area.value.trim());
    if (written()) return;
    try {
      const answer = await fetch(box.dataset.threadUrl, { headers: HEADERS });
      const html = answer.ok ? await answer.text() : null;
      if (html === null || written()) return;
      const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
      box.innerHTML = html;
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      box.dataset.loaded = stamp;
      htmx.process(box);
      document.dispatchEvent(new CustomEvent("boardroom:part", { detail: { box } }));
    } catch { /* tried again with the next change */ }
  }
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(".stage-thread") && event.target.open) loadThread();
  }, true);

  document.addEventListener("click", (event) => {
    const jump = event.target.closest?.("[data-jump]");
    if (!jump) return;
    $("[data-tab-for=board]")?.click();
    $(`[data-part="${jump.dataset.jump}"]`).scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  });
  document.addEventListener("close", (event) => {
    if (mineStale && event.target.closest?.("[data-mine]")) fetchMine();
  }, true);

  // ---- Who is typing, where the presenter is -----------------------------------------------------
  let lastTyping = 0;
  editorBox?.addEventListener("input", () => {
    if (Date.now() - lastTyping > 2000) { lastTyping = Date.now(); sync.tell("typing", { where: "consensus" }); }
  });
  let typingTimer = null;
  function relayed(name, data) {
    if (name === "typing") {
      const line = $("[data-typing]");
      if (!line) return;
      line.textContent = `${data.name} is writing…`;
      clearTimeout(typingTimer);
      typingTimer = setTimeout(() => { line.textContent = ""; }, 4000);
    } else if (name === "place") {
      place = data.where;
      followPaint();
    }
  }
  let place = "";
  let following = true;
  function followPaint() {
    const button = $("[data-follow]");
    if (button) { button.setAttribute("aria-pressed", String(following)); button.textContent = following ? "Following" : "Follow"; }
    if (!following || !place) return;
    const part = $$("[data-part='case'] details")[Number(place)];
    place = "";
    if (part) {
      part.open = true;
      part.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    }
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-follow]")) { following = !following; followPaint(); }
    const part = event.target.closest?.("[data-part='case'] details");
    if (part && root.dataset.audience !== "projector") sync.tell("place", { where: String($$("[data-part='case'] details").indexOf(part)) });
  });

  // ---- Clocks ------------------------------------------------------------------------------------
  const two = (n) => String(n).padStart(2, "0");
  function tick() {
    for (const clock of $$("[data-run-spent]")) {
      const since = Number(clock.dataset.runSince);
      const seconds = Math.max(0, Math.floor(Number(clock.dataset.runSpent) + (since ? serverNow() - since : 0)));
      const face = $("[data-run-now]", clock);
      const text = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
      if (face && face.textContent !== text) face.textContent = text;
      clock.classList.toggle("over", seconds > Number(clock.dataset.runOf));
    }
    const phase = $("[data-phase-is]");
    const frame = $(".stage-frame");
    if (phase && frame) frame.dataset.phase = phase.dataset.phaseIs;
    const ends = $("[data-ends]");
    if (ends) {
      const clock = $("[data-run-spent]");
      const spent = clock ? Number(clock.dataset.runSpent) + (Number(clock.dataset.runSince) ? serverNow() - Number(clock.dataset.runSince) : 0) : 0;
      const left = Number(ends.dataset.ends) + (clock ? Math.max(0, Number(clock.dataset.runOf) - spent) : 0);
      const at = new Date((serverNow() + left) * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: ends.dataset.endsZone });
      const face = $("[data-ends-at]", ends);
      if (face && face.textContent !== at) face.textContent = at;
    }
  }
  setInterval(tick, 500);

  // ---- Connection --------------------------------------------------------------------------------
  // "live" is said of a meeting that runs; before and after it the line is just there.
  const WORDS = {
    connecting: () => "connecting", ended: () => "signed out",
    live: () => ($("[data-meeting-is]")?.dataset.meetingIs === "live" ? "live" : "connected"),
    lost: () => ("projector" in root.dataset ? "offline, trying again" : "offline"), // the stage has a strip that says the rest
  };
  function connection(state, why) {
    if (root.dataset.connectionState === "ended") return;
    for (const mark of $$("[data-connection]")) {
      if (mark.dataset.connection === "ended") continue;
      mark.dataset.connection = state;
      mark.textContent = (state === "lost" && why) || WORDS[state]();
      mark.className = `live-dot ${{ live: "is-on", connecting: "is-healing" }[state] ?? "is-off"}`;
    }
    root.dataset.connectionState = state;
    const strip = $("[data-connection-lost]");
    if (strip) strip.hidden = state !== "lost";
    if (state === "ended") leave(why);
  }

  // A session that is over can be followed by another of the same person, begun in another tab: with it
  // the meeting is here again, and so is what was typed.
  let comesBack = false;
  function ended(status) {
    comesBack = status === 401;
    connection("ended");
  }
  document.addEventListener("boardroom:signed-in", () => { if (comesBack) location.reload(); });
  document.addEventListener("boardroom:signed-out", () => {
    sync.socket.disconnect();
    connection("ended", "You signed out in another tab.");
  });

  // Who may no longer see the meeting keeps nothing of it on the screen.
  function leave(why) {
    const ended = $("template[data-when-ended]");
    if (!ended) return;
    const words = ended.content.cloneNode(true);
    if (why) $("p", words).textContent = why;
    for (const dialog of $$("dialog")) dialog.remove();
    for (const part of $$("[data-part]")) part.replaceChildren();
    const frame = $("main");
    frame.dataset.phase = "ended";
    frame.replaceChildren(words);
  }

  const sync = new StageSync({
    meeting: Number(root.dataset.meeting),
    person: Number(root.dataset.person),
    seq: Number(root.dataset.seq),
    stateUrl: root.dataset.stateUrl,
    projector: "projector" in root.dataset,
    paint, personal, connection, ended, relayed,
    clock: (now) => { serverAhead = now - Date.now() / 1000; },
  });
  new StageForms({ editorBox, sync, personal, signedOut: () => ended(401) });
  const keys = new StageKeys({ mineBox, editorBox, toEditor, penIs, onItsWay: () => Boolean(mineTimer || mineComes || mineBox?.inert), fetchMine: () => personal() });
  window.boardroomStage = sync;
  sync.start();
  afterPaint();
})();
