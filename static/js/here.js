// Somebody of a meeting who writes an opinion or reads a case beside its stage is still in the room.
(function () {
  "use strict";
  const meeting = Number(document.currentScript.dataset.meeting);
  const socket = io({ transports: ["websocket"], reconnectionDelay: 400, reconnectionDelayMax: 4000 });
  socket.on("connect", () => socket.emit("join", { meeting, beside: true }));
  socket.on("goodbye", () => socket.disconnect());
})();
