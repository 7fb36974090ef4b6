// Keeps what a screen shows equal to the record of a meeting. No DOM here except through `paint`.
//
// The server numbers every change of a meeting. Changes are painted in that order; one that is
// ahead of a gap waits a moment for the missing ones, then the whole present state is asked for.
// Every two seconds the server says its last number, because a lost last push leaves no gap.
(function () {
  "use strict";
  const WAIT_FOR_GAP = 300; // ms
  const TIMEOUT = 10000; // ms

  class StageSync {
    /** paint(parts, whole): put HTML into the named parts. personal(): fetch what is mine alone.
        ended(status): the server's answer to whom it shows the meeting no more. */
    constructor({ meeting, person, seq, stateUrl, projector, paint, personal, connection, ended, clock, relayed }) {
      Object.assign(this, { meeting, person, stateUrl, projector, paint, personal, connection, ended, clock, relayed });
      this.seq = seq;
      this.waiting = new Map(); // first number -> change
      this.timer = null;
      this.asking = null;
      this.again = false;
    }

    start() {
      this.socket = io({ transports: ["websocket"], reconnectionDelay: 400, reconnectionDelayMax: 4000 });
      this.socket.on("connect", () => this.join());
      this.socket.on("disconnect", () => this.lost());
      this.socket.on("restart", () => { this.restarting = true; });
      this.socket.on("connect_error", () => this.refused());
      this.socket.on("change", (change) => this.take(change));
      this.socket.on("head", (head) => this.compare(head));
      this.socket.on("goodbye", () => this.dismissed());
      for (const name of ["typing", "place"]) this.socket.on(name, (data) => this.relayed(name, data));
      addEventListener("online", () => this.wake());
      addEventListener("offline", () => this.connection("lost"));
      document.addEventListener("visibilitychange", () => { if (!document.hidden) this.wake(); });
    }

    tell(name, data) { if (this.socket?.connected) this.socket.emit(name, data); }

    lost() { this.connection("lost", this.restarting ? "the server restarts" : undefined); }

    wake() {
      if (!this.socket.connected) this.socket.connect();
      else this.ask();
    }

    // The room first, the comparison afterwards: nothing can fall between.
    join() {
      this.socket.timeout(TIMEOUT).emit("join", { meeting: this.meeting, projector: this.projector }, (late, answer) => {
        if (late) { this.socket.disconnect().connect(); return; }
        if (answer.error) { this.connection("ended", answer.error); this.socket.disconnect(); return; }
        this.restarting = false;
        this.connection("live");
        this.clock(answer.now);
        if (answer.seq !== this.seq) this.ask();
        else this.personal();
      });
    }

    // Out of the meeting, or in it with another role: then the page is another one.
    async dismissed() {
      this.socket.disconnect();
      await new Promise((done) => setTimeout(done, 400)); // who signs out in another window has still the old cookie
      let status = 0;
      try {
        const answer = await fetch(this.stateUrl, { headers: { "X-Boardroom-Part": "1" }, signal: AbortSignal.timeout(5000) });
        if (answer.ok) { location.reload(); return; }
        status = answer.status;
      } catch { /* no line: closed all the same */ }
      this.ended(status);
    }

    // A refused connection may be a server that restarts, or a session that ended.
    async refused() {
      this.lost();
      try {
        const answer = await fetch(this.stateUrl, { headers: { "X-Boardroom-Part": "1" } });
        if ([401, 403, 404].includes(answer.status)) { this.socket.disconnect(); this.ended(answer.status); }
      } catch { /* no network: Socket.IO tries again by itself */ }
    }

    take(change) {
      this.clock(change.now);
      if (change.seq <= this.seq) return;
      this.waiting.set(change.first, change);
      this.paintWaiting();
    }

    paintWaiting() {
      for (let change; (change = this.waiting.get(this.seq + 1)); ) {
        this.waiting.delete(change.first);
        this.seq = change.seq;
        this.paint(change.parts, false, change);
        if (change.mine || change.own.includes(this.person)) this.personal(change);
      }
      for (const [first, change] of this.waiting) if (change.seq <= this.seq) this.waiting.delete(first);
      clearTimeout(this.timer);
      if (this.waiting.size) this.timer = setTimeout(() => this.ask(), WAIT_FOR_GAP);
    }

    compare(head) {
      this.clock(head.now);
      if (head.seq > this.seq && !this.waiting.size) setTimeout(() => { if (head.seq > this.seq) this.ask(); }, WAIT_FOR_GAP);
    }

    /** Ask for the whole present state; one question at a time. */
    async ask() {
      if (this.asking) { this.again = true; return this.asking; }
      this.asking = this.fetchState().finally(() => {
        this.asking = null;
        if (this.again) { this.again = false; this.ask(); }
      });
      return this.asking;
    }

    async fetchState() {
      try {
        const answer = await fetch(this.stateUrl, { headers: { "X-Boardroom-Part": "1" } });
        if ([401, 403, 404].includes(answer.status)) { this.ended(answer.status); this.socket.disconnect(); return; }
        if (!answer.ok) throw new Error(String(answer.status));
        const state = await answer.json();
        this.clock(state.now);
        if (state.seq < this.seq) return;
        this.seq = state.seq;
        this.paint(state.parts, true);
        this.personal();
        this.paintWaiting();
      } catch {
        setTimeout(() => this.ask(), 2000);
      }
    }
  }

  window.StageSync = StageSync;
})();
