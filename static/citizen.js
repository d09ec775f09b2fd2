"use strict";

/* The citizen's page. It reads and answers without this file; here the button says what will be sent, and the phone
   keeps the answer's key, so that coming back changes the answer instead of counting twice. */

const SENDS = "form[data-answer],form[data-sends]";
const ASKS = `${SENDS},form[data-guesses]`;
const OURS = ['id="main"', 'id="invitations"'];
const SOONEST = 5000, LATEST = 30000;

const main = () => document.getElementById("main");
const place = () => `afstemt:${main().dataset.code}`;

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

function prepare() {
  const form = document.querySelector("form[data-answer]");
  const { mode, key, at } = main().dataset;
  if (mode === "receipt") kept.write({ key, at });
  if ("spent" in main().dataset) kept.forget();
  if (form) {
    form.querySelectorAll("[name=unclear]:not(:checked)").forEach((tick) => {
      const point = tick.closest(".point");
      const box = point.querySelector("textarea");
      point.querySelector(".why").disabled = true;
      // A question that was kept without its tick stays until somebody un-ticks.
      if (box && !box.value) box.disabled = true;
    });
    nameTheButton(form);
  }
  if (mode === "guess" && kept.read().key) readOn();
  if (mode === "new" || mode === "closed") comeBack(form);
}

/* Whoever has answered has nothing left to guess: on to the text, which leads to their answer. */
function readOn() {
  const { action, elements } = document.querySelector("form[data-guesses]");
  window.htmx.ajax("POST", action, { target: "#main", swap: "outerHTML", values: { lang: elements.lang.value } });
}

/* Whoever has answered is led to their answer, never to a blank form that would clear every doubt. */
async function comeBack(form) {
  const answer = kept.read();
  if (!answer.key || document.querySelector("[data-answered]")) return;
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

/* Another language takes along what was guessed, ticked and typed. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[hreflang]");
  const form = document.querySelector("form[data-answer]:not(.answered)");
  if (!link || !form || main().dataset.mode !== "new" || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
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
});

/* The key is kept before it is sent: should the reply get lost, the next try is the same answer. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest(SENDS);
  if (!form) return;
  const answer = kept.read();
  if (answer.key !== form.elements.key.value) kept.write({ key: form.elements.key.value });
  document.getElementById("state").replaceChildren();
});

function sayNotSent(event) {
  if (!event.target.closest(ASKS)) return;
  document.getElementById("state").replaceChildren(document.getElementById("not-sent").content.cloneNode(true));
}
document.addEventListener("htmx:sendError", sayNotSent);
document.addEventListener("htmx:timeout", sayNotSent);
document.addEventListener("htmx:responseError", (event) => {
  if (!saysItself(event.detail.xhr)) sayNotSent(event);
});

/* Only replies that are fragments of ours are shown: a proxy in trouble, or an error page, must not replace the form. */
function saysItself(reply) {
  return reply.getResponseHeader("HX-Retarget") || (reply.getResponseHeader("HX-Reswap") !== "none" && OURS.some((part) => reply.responseText.includes(part)));
}
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!saysItself(event.detail.xhr)) event.detail.shouldSwap = false;
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
