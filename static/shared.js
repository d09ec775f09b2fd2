"use strict";

/* The shared tablet. It works without this file; here nothing reloads, the whole row of people is one entry of the
   browser's history, and a page that nobody touches is cleared. Nothing is ever kept in the browser; what it was used
   for before, such as a receipt, goes too. */
try { sessionStorage.clear(); localStorage.clear(); } catch { /* Refused: then nothing was kept either. */ }

const CLEARED_AFTER = 60000;
/* Whoever needs longer is asked first, and has twenty seconds to say so (WCAG 2.2.1). */
const ASKED_AFTER = 40000;
const GIVEN_UP_AFTER = 20000;

const main = () => document.getElementById("main");
const startOver = () => location.replace(document.body.dataset.start);

function nameTheButton(form) {
  const ticked = form.querySelectorAll("[name=unclear]:checked").length;
  form.querySelector(".send .button").textContent = JSON.parse(form.dataset.labels)[ticked];
}

/* Un-ticking takes the reasons and the question back: not sent. Ticking again brings them back as they were. */
function matchTick(tick) {
  tick.closest(".point").querySelectorAll(".why,textarea").forEach((part) => { part.disabled = !tick.checked; });
}

function prepare() {
  document.querySelectorAll("form[data-labels]").forEach((form) => {
    form.querySelectorAll("[name=unclear]").forEach(matchTick);
    nameTheButton(form);
  });
}

document.addEventListener("change", (event) => {
  if (event.target.name !== "unclear") return;
  matchTick(event.target);
  nameTheButton(event.target.form);
});

/* Sent without leaving the page: what cannot be sent stays as it was typed. */
let sending = false;

document.addEventListener("submit", (event) => {
  if (!("sends" in event.target.dataset)) return;
  event.preventDefault();
  if (!sending) send(event.target);
});

async function send(form) {
  sending = true;
  say();
  const givenUp = new AbortController();
  const timer = setTimeout(() => givenUp.abort(), GIVEN_UP_AFTER);
  try {
    const reply = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: givenUp.signal });
    if (reply.redirected) return location.replace(reply.url);
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    // Signed out: trying again is no use, and the page says whom to give the tablet to.
    if (reply.status === 401) return sayAs(page);
    arrive(page);
  } catch {
    say("", "");
  } finally {
    clearTimeout(timer);
    sending = false;
  }
}

function arrive(page) {
  const arrived = page.getElementById("main");
  if (!arrived || !("idle" in arrived.dataset)) return say("", "");
  if ("said" in arrived.dataset) return sayAs(page);
  main().replaceWith(document.adoptNode(arrived));
  document.title = page.title;
  prepare();
  scrollTo(0, 0);
  main().querySelector("[data-focus]").focus({ preventScroll: true });
}

const sayAs = (page) => say(page.querySelector("h1").textContent, page.querySelector(".lead").textContent);

/* Without words, nothing; with empty ones, that it could not be sent. */
function say(title, text) {
  const state = document.getElementById("state");
  if (!state) return;
  state.replaceChildren();
  if (title === undefined) return;
  const notice = document.getElementById("not-sent").content.cloneNode(true);
  if (title) notice.querySelector("strong").textContent = title;
  if (text) notice.querySelector("span").textContent = text;
  state.append(notice);
}

/* Links inside the row of people replace the page, so that "back" never leads to one of them. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-stays]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  location.replace(link.href);
});

/* Is somebody there? By the clock, not by counting: a tablet that slept wakes up cleared. */
const asking = document.getElementById("still-there");
let touched = Date.now();
let anybody = main().dataset.idle !== "start";

function here() {
  touched = Date.now();
  anybody = true;
  if (asking && asking.open) asking.close();
}

function look() {
  const waited = Date.now() - touched;
  if (sending || !anybody || !("idle" in main().dataset)) return;
  if (waited >= CLEARED_AFTER) return startOver();
  if (waited < ASKED_AFTER || !asking || main().dataset.idle === "quiet") return;
  asking.querySelector("[data-left]").textContent = Math.ceil((CLEARED_AFTER - waited) / 1000);
  if (!asking.open) asking.showModal();
}

for (const kind of ["pointerdown", "pointermove", "keydown", "input", "scroll", "wheel", "afstemt:sentence"]) {
  document.addEventListener(kind, () => { if (!asking || !asking.open) here(); }, { passive: true, capture: true });
}
if (asking) {
  asking.addEventListener("click", (event) => { if (event.target === asking || event.target.closest("button")) here(); });
  asking.addEventListener("cancel", here);
}
setInterval(look, 1000);

/* A sleeping tablet would ask citizens for its owner's code. */
async function stayAwake() {
  if (navigator.wakeLock) await navigator.wakeLock.request("screen").catch(() => null);
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  look();
  stayAwake();
});
stayAwake();

/* A page that the browser kept whole is of somebody before. */
addEventListener("pageshow", (event) => { if (event.persisted) startOver(); });
prepare();
