// What the tabs of one browser tell each other: who is signed in, with the token of that session, and who
// signed out. A page listens to its own person only: with the token of somebody else's session it would
// send its words in their name.
//
// The page hears of it as "boardroom:signed-in" (its posts carry the new token already) and
// "boardroom:signed-out".
(function () {
  "use strict";
  const person = document.currentScript.dataset.person;
  const tabs = new BroadcastChannel("boardroom");
  tabs.addEventListener("message", ({ data }) => {
    if (data.person !== person) return;
    if (data.token) window.Boardroom.useToken(data.token);
    document.dispatchEvent(new CustomEvent(data.token ? "boardroom:signed-in" : "boardroom:signed-out"));
  });
  tabs.postMessage({ person, token: window.Boardroom.csrfToken() });

  window.BoardroomTabs = { person, signedOut: () => tabs.postMessage({ person, token: null }) };
})();
