"use strict";

/* The tablet: says whether the figures are of now, keeps the screen awake, leaves alone what somebody has opened or has a
   finger on, and comes back by itself after a sleep. */
const HEARD_EVERY = 15000;
const POLL = 3000;
const AFTER_TOUCH = 1500;
const WRONG_FIELD = 422;
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
  const words = line.dataset.words.replace(" {time}", `\u00a0${clock(newsAt)}`);
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

/* Somebody has signed in again in another tab: what stands here can't act any more, and must not say that all is well. */
function isStale(event) {
  return event.detail.xhr.status === 400 && !isPoll(event);
}

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401) signedOut();
  else if (status === 404 || isStale(event)) location.reload();
  else if (status >= 400 && status !== WRONG_FIELD) say(false);
  else if (isPoll(event)) connected();
});

let typing = null;

/* An error page is a whole page: it has no place in the stage, unless it says what is wrong with a field. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = event.detail;
  const sent = detail.requestConfig.elt;
  const isNews = sent.id === "summary" && detail.target === sent;
  const failed = detail.isError && detail.xhr.status !== WRONG_FIELD;
  if (failed || (isNews && mustWait(detail.serverResponse))) detail.shouldSwap = false;
  if (!detail.shouldSwap) return;
  if (sent.id !== "summary") callOff();
  places = new Map(rows().map((row) => [row.id, row.getBoundingClientRect().top]));
  if (sent.matches("form[data-talk]")) {
    sent.reset();
    part(sent.id.replace("talk", "explain")).open = false;
  }
  typing = document.activeElement.closest("textarea");
  remember(sent, detail.isError);
});

/* A poll that is still under way when its place is taken would, once answered, take the kept parts of the new one away. */
function callOff() {
  part("summary")?.addEventListener("htmx:beforeOnLoad", (event) => event.preventDefault());
}

/* Figures that wait are asked for again by the next poll, or at once when the finger has gone. */
function mustWait(reply) {
  if (wouldLose(reply)) return true;
  if (isTouched()) return (waiting = true);
  return isInUse() && wouldMove(reply);
}

/* An explanation is being written and its point has just become clear, or a reply and its question was taken back: the
   figures wait until it is sent or emptied, though never the news that the meeting is closed. */
function wouldLose(reply) {
  const written = [...stage.querySelectorAll(".explain textarea,.reply textarea")].filter((field) => field.value !== field.defaultValue);
  return written.some((field) => !reply.includes(`id="${field.id}"`));
}

/* Nothing is taken from under a finger, nor just after one or while the page still glides from it. */
const pointers = new Set();
let touchedAt = -Infinity;
let waiting = false;
let places = new Map();

function isTouched() {
  return pointers.size > 0 || performance.now() - touchedAt < AFTER_TOUCH;
}

function touched() {
  touchedAt = performance.now();
  setTimeout(() => {
    if (!waiting || isTouched()) return;
    waiting = false;
    wake();
  }, AFTER_TOUCH);
}

function lifted(event) {
  if (!pointers.delete(event.pointerId)) return;
  touched();
}

window.addEventListener("pointerdown", (event) => {
  pointers.add(event.pointerId);
  touched();
});
for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, lifted);
for (const sign of ["wheel", "touchmove", "keydown"]) window.addEventListener(sign, touched, { passive: true });
window.addEventListener("scroll", () => { if (isTouched()) touched(); }, { passive: true });
window.addEventListener("blur", () => pointers.clear());

function rows(within = stage) {
  return [...within.querySelectorAll(".points .row[id]")];
}

function isInUse() {
  return Boolean(document.activeElement.closest(".row :is(textarea,input,[open] :focus)"));
}

function wouldMove(reply) {
  const next = [...reply.matchAll(/<article class="row[^>]* id="([^"]+)"/g)].map((found) => found[1]);
  return next.join() !== rows().map((row) => row.id).join();
}

/* A row that has got another place glides there. */
function glide() {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const row of rows()) {
    const by = places.get(row.id) - row.getBoundingClientRect().top;
    if (Math.abs(by) > 1) row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: 300, easing: "ease-out" });
  }
}

/* Where a browser can't move a part without a blink, the field that is being written in gets the focus back. */
document.addEventListener("htmx:afterSwap", () => {
  if (typing && typing.isConnected && document.activeElement !== typing) typing.focus({ preventScroll: true });
  typing = null;
  recall();
  glide();
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(failure, () => say(false));

/* In the list of questions what was unfolded stays so, and what somebody is reading stays where it is. After an act the
   focus goes on from the question or the point that it was about. */
let unfolded = [];
let looked = [];
let onward = [];

const isFolded = (each) => Boolean(each.parentElement.closest("details:not([open])"));

function remember(sent, refused) {
  unfolded = [...stage.querySelectorAll("details[data-fold][open]")].map((fold) => fold.id);
  const seen = [...stage.querySelectorAll(".question")].filter((each) => !isFolded(each) && each.getBoundingClientRect().bottom > 0);
  looked = window.scrollY > 0 ? seen.map((each) => ({ id: each.id, top: each.getBoundingClientRect().top })) : [];
  const about = sent.closest(".question"), row = sent.closest(".row");
  onward = about ? [about.id, about.nextElementSibling?.id, "answered", "turn"]
    : row ? ["explain", "undo", "talked"].map((each) => row.id.replace("row", each)).concat("turn") : [];
  if (about && refused) about.querySelectorAll("[data-hx-preserve]").forEach((kept) => kept.removeAttribute("id"));
}

function recall() {
  for (const id of unfolded) if (part(id)) part(id).open = true;
  const still = looked.find(({ id }) => part(id) && !isFolded(part(id)));
  if (still) window.scrollBy(0, part(still.id).getBoundingClientRect().top - still.top);
}

function goOn() {
  const next = onward.map(part).find((each) => each && !isFolded(each));
  onward = [];
  if (next && document.activeElement === document.body) (next.querySelector(":scope>summary") || next).focus({ preventScroll: true });
}

document.addEventListener("htmx:afterSettle", () => {
  goOn();
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
let lock = null;
async function stayAwake() {
  if (!navigator.wakeLock || (lock && !lock.released) || !stage.querySelector("#summary[data-hx-get]")) return;
  lock = await navigator.wakeLock.request("screen").catch(() => null);
}

/* Whatever ends a sleep, the figures are of now again at once. */
function comeBack() {
  if (document.visibilityState !== "visible") return;
  wake();
  stayAwake();
}

document.addEventListener("visibilitychange", comeBack);
window.addEventListener("pageshow", (event) => { if (event.persisted) comeBack(); });
window.addEventListener("online", comeBack);
window.addEventListener("offline", () => say(false));

/* Some tablets sleep and wake without a word: the clock tells. */
let ticked = Date.now();
setInterval(() => {
  const now = Date.now();
  if (now - ticked > 4 * POLL) comeBack();
  ticked = now;
}, 1000);

connected();
stayAwake();
