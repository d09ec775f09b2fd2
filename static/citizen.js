"use strict";

/* The citizen's page. It reads and answers without this file; here the button says what will be sent, and the phone
   keeps the answer's key, so that coming back changes the answer instead of counting twice. What can't be sent waits in
   the outbox. */

const SENDS = "form[data-answer],form[data-sends]";
const ASKS = `${SENDS},form[data-guesses]`;
const OURS = ['id="main"', 'id="invitations"'];
const SOONEST = 5000, LATEST = 30000, SILENT = 20000, NOTICED = 500;
/* The server, or what stands before it, can't take anything now; later it can. What lacks the mark is not its word: a
   hotel's door may answer 200, too. */
const NOT_NOW = [429, 502, 503, 504];
const isNotNow = (xhr) => NOT_NOW.includes(xhr.status) || !xhr.getResponseHeader("Afstemt-Build");

const main = () => document.getElementById("main");
const place = () => `afstemt:${main().dataset.code}`;
const answerForm = () => document.querySelector("form[data-answer]");
const isOffline = () => navigator.onLine === false;

/* Storage may be full, refused or absent (private mode): then the page works as without it. */
const kept = {
  read() {
    try { return JSON.parse(localStorage.getItem(place())) || {}; } catch { return {}; }
  },
  write(answer) {
    try { localStorage.setItem(place(), JSON.stringify(answer)); } catch { /* Refused: the receipt's address still holds the key. */ }
  },
  forget() {
    try { localStorage.removeItem(place()); } catch { /* Refused: then nothing was kept either. */ }
  },
};

function nameTheButton(form) {
  const labels = JSON.parse(form.dataset.labels);
  form.querySelector(".send .button").textContent = labels[form.querySelectorAll("[name=unclear]:checked").length];
}

/* Un-ticking takes the reasons and the question back: not sent. Ticking again brings them back as they were. */
function matchQuestion(tick) {
  const point = tick.closest(".point");
  const box = point.querySelector("textarea");
  point.querySelector(".why").disabled = !tick.checked;
  if (!box) return;
  if (tick.checked) {
    box.disabled = false;
    if (!box.value && box.dataset.typed) box.value = box.dataset.typed;
  } else {
    box.dataset.typed = box.value;
    box.value = "";
    box.disabled = true;
  }
}

/* A page that the phone has kept holds no key. Random bytes are to be had without https, too. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6] & 15 | 64;
  bytes[8] = bytes[8] & 63 | 128;
  return [...bytes].map((byte, at) => ([4, 6, 8, 10].includes(at) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

/* What waits on the phone as long as this page shows it. */
let waiting;

function ready(form) {
  form.querySelectorAll("[name=unclear]").forEach((tick) => {
    const point = tick.closest(".point");
    const box = point.querySelector("textarea");
    point.querySelector(".why").disabled = !tick.checked;
    // A question that was kept without its tick stays until somebody un-ticks.
    if (box) box.disabled = !tick.checked && !box.value;
  });
  nameTheButton(form);
}

function prepare() {
  const form = answerForm();
  const { mode, key, at } = main().dataset;
  if (mode === "receipt") kept.write({ key, at });
  if ("spent" in main().dataset) kept.forget();
  // Deleted is deleted: a change that still waits must not come as a new answer.
  if ("spent" in main().dataset && !form) outbox.forget(main().dataset.code);
  if (form) {
    if (!form.elements.key.value) form.elements.key.value = kept.read().key || newKey();
    ready(form);
  }
  if (isOffline() || "kept" in main().dataset) shown.above("offline");
  else shown.online();
  if (mode === "guess" && kept.read().key) readOn();
  if (["new", "closed", "change", "receipt"].includes(mode)) resume(form, mode);
}

/* An answer that waits here comes before everything: it is the latest that its citizen has said. */
async function resume(form, mode) {
  const entry = await outbox.of(main().dataset.code);
  if (entry) showAgain(form, entry);
  // A change that came too late takes nothing from the answer that it was to change.
  if (mode === "closed" ? entry && !entry.refused : entry || mode !== "new") return undefined;
  return comeBack(form);
}

function showAgain(form, entry) {
  waiting = entry;
  if (!form && !entry.refused) return shown.line(stateOf(entry));
  if (form) form.elements.key.value = entry.key;
  const lost = shown.fill(form, entry.fields);
  if (form) ready(form);
  return entry.refused ? shown.refused(lost) : shown.receipt(isOffline() ? "kept" : "sending");
}

function stateOf(entry) {
  if (entry.unkept) return "unkept";
  return isOffline() ? "kept" : "failed";
}

/* Whoever has answered has nothing left to guess: on to the text, which leads to their answer. */
function readOn() {
  const { action, elements } = document.querySelector("form[data-guesses]");
  window.htmx.ajax("POST", action, { target: "#main", swap: "outerHTML", values: { lang: elements.lang.value } });
}

/* Whoever has answered is led to their answer, never to a blank form that would clear every doubt. */
async function comeBack(form) {
  const answer = kept.read();
  if (!answer.key || document.querySelector("[data-answered]") || isCarried(form, answer)) return;
  const receipt = `/m/${main().dataset.code}/answers/${answer.key}?lang=${document.documentElement.lang}`;
  if (answer.at) return lead(form, receipt, answer.at);
  if (!form) return;
  form.hidden = true;
  try {
    const reply = await fetch(receipt, { headers: { "HX-Request": "true" } });
    if (reply.ok) return location.replace(receipt);
    if (reply.status === 410) kept.forget();
    else form.elements.key.value = answer.key;
  } catch {
    form.elements.key.value = answer.key;
  }
  form.hidden = false;
}

/* A change that has come along from another language is no blank form. */
function isCarried(form, { key }) {
  return form && location.pathname.endsWith("/guess") && form.elements.key.value === key;
}

function lead(form, receipt, at) {
  const back = document.getElementById("answered").content.cloneNode(true);
  const link = back.querySelector("a");
  back.querySelector("[data-at]").textContent = at;
  link.href = receipt + link.dataset.to;
  main().querySelector(".stack").after(back);
  if (form) form.classList.add("answered");
}

document.addEventListener("change", (event) => {
  if (event.target.name !== "unclear") return;
  matchQuestion(event.target);
  nameTheButton(event.target.form);
});

/* Another language takes along what was guessed, ticked and typed. Where it can't be had, the page stays as it is. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[hreflang]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const form = document.querySelector("form[data-answer]:not(.answered)");
  fetch(link.href, { method: "HEAD" }).then(
    () => form ? carry(form, link) : location.assign(link.href),
    missing,
  );
});

/* Said where it is seen, wherever on the page it was asked for. */
function missing() {
  shown.above("missing").scrollIntoView({ block: "nearest" });
}

function carry(form, link) {
  const carried = document.createElement("form");
  carried.method = "post";
  carried.action = `/m/${main().dataset.code}/guess?lang=${link.hreflang}`;
  const fields = new FormData(form);
  fields.set("lang", link.hreflang);
  for (const [name, value] of fields) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    carried.append(field);
  }
  carried.hidden = true;
  document.body.append(carried);
  carried.submit();
}

/* A phone gives one answer: what another tab has sent meanwhile is changed, not counted again. */
document.addEventListener("htmx:configRequest", (event) => {
  const { key } = kept.read();
  const { parameters } = event.detail;
  event.detail.timeout ||= SILENT;
  if (!event.target.closest(SENDS) || !key || main().dataset.mode !== "new") return;
  parameters.key = event.target.elements.key.value = key;
});

/* The key is kept before it is sent: should the reply get lost, the next try is the same answer. While an older one of the
   same key waits, or there is no network, it goes the way of the outbox. A reply that takes its time is waited for aloud. */
let underWay;

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest(SENDS);
  if (!form) return;
  const answer = kept.read();
  if (answer.key !== form.elements.key.value) kept.write({ key: form.elements.key.value });
  document.getElementById("state").replaceChildren();
  if (!isOffline() && !(waiting && !waiting.refused)) {
    underWay = setTimeout(() => shown.line("sending"), NOTICED);
    return;
  }
  event.preventDefault();
  keep(form, event.detail).then(() => isOffline() || outbox.soon());
});

function entryOf(form, { formData }) {
  const { code, seen = "" } = main().dataset;
  return { key: form.elements.key.value, code, address: form.getAttribute("action"), fields: [...formData], seen, kept_at: Date.now() };
}

async function keep(form, { requestConfig, xhr }) {
  waiting = await outbox.put(entryOf(form, requestConfig));
  shown.receipt(stateOf(waiting));
  if (xhr) outbox.later(xhr.status, xhr.getResponseHeader("Retry-After"));
  outbox.plan();
}

function notSent({ target, detail }) {
  const form = target.closest(ASKS), isLater = isNotNow(detail.xhr);
  if (isLater && form) form.matches(SENDS) ? keep(form, detail) : readWhatIsKept(form);
  else if (isLater && target.matches("a,form")) missing();
  else if (form && !saysItself(detail.xhr)) shown.line("wrong");
}
document.addEventListener("htmx:sendError", notSent);
document.addEventListener("htmx:timeout", notSent);
document.addEventListener("htmx:responseError", notSent);

/* The worker has kept the text behind the guesses: it is shown, and what was guessed goes with the answer. */
async function readWhatIsKept(form) {
  const found = window.caches && await caches.match(location.pathname, { cacheName: build() });
  const page = found && new DOMParser().parseFromString(await found.text(), "text/html");
  if (!page) return shown.line("missing");
  for (const [name, value] of new FormData(form)) {
    if (name.startsWith("guess-")) shown.guessed(page.querySelector("form[data-answer]"), name, value);
  }
  page.querySelector("h1").tabIndex = -1;
  page.querySelector("h1").dataset.focus = "";
  return window.htmx.swap("#main", page.getElementById("main").outerHTML, WHOLE);
}

/* What has become of an answer that waited. */
document.addEventListener("outbox", ({ detail: { state, entry, reply, text, left } }) => {
  if (state === "left") return lookForMine(left);
  if (entry.code !== main().dataset.code) return state === "sent" && shown.above("sent");
  const isOpen = answerForm() && !document.getElementById("waiting");
  if (state === "sent") {
    waiting = undefined;
    // Somebody is changing it already: that goes on, and is sent as a change.
    return isOpen ? shown.above("sent") : arrive(reply, text);
  }
  if (state === "refused") {
    waiting = { ...entry, refused: reply.status };
    return isOpen ? shown.refused([]) : arrive(reply, text);
  }
  return isOpen ? undefined : shown.line(state === "failed" ? stateOf(entry) : state);
});

/* What is gone without a word was sent or thrown away in another tab: the page looks anew. */
function lookForMine(left) {
  if (!waiting || waiting.refused || left.some(({ key }) => key === waiting.key)) return;
  waiting = undefined;
  if (document.getElementById("waiting")) location.reload();
}

function arrive(reply, text) {
  shown.above("");
  const address = reply.headers.get("HX-Push-Url");
  if (reply.headers.get("Afstemt-Build") !== build()) return address ? location.assign(address) : location.reload();
  if (!OURS.some((part) => text.includes(part))) return location.reload();
  if (address) {
    history.replaceState({ htmx: true }, "");
    history.pushState({ htmx: true }, "", address);
  }
  return window.htmx.swap("#main", text, WHOLE);
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-again]")) outbox.soon(true);
  if (target.closest("[data-change]")) shown.form();
  if (target.closest("[data-discard]")) outbox.forget(main().dataset.code).then(() => location.reload());
});
addEventListener("offline", () => document.getElementById("waiting") ? waiting && shown.line(stateOf(waiting)) : shown.above("offline"));
addEventListener("online", shown.online);

/* A new build's fragment does not go into an old build's page. What was taken is shown on a page of its own; what was
   refused comes back there, with all that was typed. */
const build = () => document.documentElement.dataset.build;
const WHOLE = { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 20, show: "top", showTarget: "window" };

async function onNewPage({ xhr, requestConfig }) {
  const { elt } = requestConfig;
  const form = elt.closest(ASKS);
  if (form && form.matches("[data-guesses]")) return form.submit();
  if (form && xhr.status >= 400) {
    await outbox.put({ ...entryOf(form, requestConfig), refused: xhr.status });
    return location.reload();
  }
  if (form) await outbox.forget(main().dataset.code);
  return location.assign(xhr.getResponseHeader("HX-Push-Url") || (elt.id === "invitations" ? location.href : requestConfig.path));
}

/* Only replies that are fragments of ours are shown: a proxy in trouble, or an error page, must not replace the form. */
function saysItself(reply) {
  return reply.getResponseHeader("HX-Retarget") || (reply.getResponseHeader("HX-Reswap") !== "none" && OURS.some((part) => reply.responseText.includes(part)));
}
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, shouldSwap, requestConfig } = event.detail;
  const from = xhr.getResponseHeader("Afstemt-Build");
  const isLater = isNotNow(xhr) && requestConfig.elt.id !== "invitations";
  // Then it is treated as what it is: not sent.
  event.detail.isError ||= isLater;
  event.detail.shouldSwap = shouldSwap && !isLater && from === build() && saysItself(xhr);
  if (shouldSwap && !isLater && from && from !== build() && saysItself(xhr)) onNewPage(event.detail);
});

/* Whether a point that was talked about is clear now: the receipt asks for it, ever less often, and not while nobody
   looks. Its part says itself, by having no address any more, that nothing can come. */
let wait = SOONEST;
let due;

function asking() {
  return document.querySelector("#invitations[data-hx-get]");
}

function askLater() {
  clearTimeout(due);
  if (document.hidden || !asking()) return;
  due = setTimeout(() => {
    wait = Math.min(wait * 1.5, LATEST);
    window.htmx.trigger(asking(), "ask");
  }, wait);
}

document.addEventListener("htmx:afterRequest", (event) => {
  const part = event.detail.elt;
  if (event.detail.requestConfig.elt.matches(SENDS)) {
    clearTimeout(underWay);
    if (event.detail.successful) outbox.forget(main().dataset.code);
  }
  if (part.id !== "invitations") return;
  if ([404, 410].includes(event.detail.xhr.status)) delete part.dataset.hxGet;
  askLater();
});

document.addEventListener("visibilitychange", () => {
  clearTimeout(due);
  wait = SOONEST;
  if (!document.hidden && asking()) window.htmx.trigger(asking(), "ask");
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id !== "invitations") prepare();
  wait = SOONEST;
  askLater();
});
prepare();
askLater();
