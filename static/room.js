"use strict";

/* The tablet: says whether the figures are of now, keeps the screen awake, and leaves alone what somebody has opened. */
const HEARD_EVERY = 15000;
const stage = document.getElementById("stage");
const part = (id) => document.getElementById(id);
const isPoll = (event) => event.detail.elt.id === "summary";
let newsAt = new Date();

function clock(moment) {
  const shape = { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Copenhagen" };
  return moment.toLocaleTimeString(document.documentElement.lang, shape);
}

function say(connected) {
  if (!part("connected")) return;
  part("connected").hidden = !connected;
  const line = connected ? part("connected") : part("lost");
  const words = line.dataset.words.replace("{time}", clock(newsAt));
  if (line.textContent !== words) line.textContent = words;
  if (connected) part("lost").textContent = "";
}

function connected() {
  newsAt = new Date();
  say(true);
}

/* An expired sign-in: QR and code stay for the citizens, what only staff may see goes. */
function signedOut() {
  const notice = document.importNode(part("signed-out").content, true);
  notice.querySelector("a").href += "?next=" + encodeURIComponent(location.pathname + location.search);
  if (part("summary")) part("summary").replaceWith(notice);
  stage.querySelectorAll("[data-when-signed-in]").forEach((each) => each.remove());
  if (part("connected")) part("connected").parentElement.remove();
}

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401) signedOut();
  else if (status === 404) location.reload();
  else if (status >= 400) say(false);
  else if (isPoll(event)) connected();
});

let typing = null;

/* An error page is a whole page: it has no place in the stage. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = event.detail;
  const sent = detail.requestConfig.elt;
  if (detail.isError || (sent.id === "summary" && detail.target === sent && wouldLose(detail.serverResponse))) detail.shouldSwap = false;
  if (!detail.shouldSwap) return;
  if (sent.matches("form[data-talk]")) {
    sent.reset();
    part(sent.id.replace("talk", "explain")).open = false;
  }
  typing = document.activeElement.closest("textarea");
});

/* An explanation is being written and its point has just become clear: the figures wait until it is sent or emptied, though
   never the news that the meeting is closed. */
function wouldLose(reply) {
  const written = [...stage.querySelectorAll(".explain textarea")].filter((field) => field.value);
  return written.some((field) => !reply.includes(`id="${field.id}"`));
}

/* Where a browser can't move a part without a blink, the field that is being written in gets the focus back. */
document.addEventListener("htmx:afterSwap", () => {
  if (typing && typing.isConnected && document.activeElement !== typing) typing.focus({ preventScroll: true });
  typing = null;
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(failure, () => say(false));

/* Folding something together asks for nothing. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const asking = event.detail.elt;
  if (asking.matches("details:not([open])")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-refresh]");
  if (button) window.htmx.trigger(button.closest("details"), "refresh");
});

/* Questions that were read stay as they are; beside them it is said how many there are now. */
function count(quote) {
  const folded = quote.querySelector("details");
  folded.querySelector("summary span").textContent = quote.dataset.asked;
  folded.querySelector("[data-refresh]").hidden = !folded.open || folded.dataset.newest === quote.dataset.newest;
}

document.addEventListener("htmx:afterSettle", (event) => {
  const list = event.detail.elt;
  if (list.id.startsWith("questions-")) {
    const folded = list.closest("details");
    folded.dataset.newest = folded.parentElement.dataset.newest;
    folded.querySelector("[data-refresh]").hidden = true;
    if (event.detail.requestConfig.verb === "post") {
      if (document.activeElement === document.body) folded.querySelector("summary").focus();
      wake();
    }
  }
  stage.querySelectorAll("[data-asked]").forEach(count);
  say(true);
});

/* The number is said aloud when it has changed, and not at every single answer. */
let heard = stage.querySelector(".answers")?.textContent;
setInterval(() => {
  const now = stage.querySelector(".answers")?.textContent;
  if (now && now !== heard) part("heard").textContent = heard = now;
}, HEARD_EVERY);

function wake() {
  if (part("summary")) window.htmx.trigger(part("summary"), "wake");
}

/* A browser lets go of the lock when the page is hidden, and may refuse it on a low battery: then the screen just dims. */
function stayAwake() {
  if (navigator.wakeLock && stage.querySelector("#summary[data-hx-get]")) navigator.wakeLock.request("screen").catch(() => {});
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  wake();
  stayAwake();
});
window.addEventListener("online", wake);

connected();
stayAwake();
