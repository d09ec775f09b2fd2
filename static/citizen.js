"use strict";

/* The citizen's page. It reads and answers without this file; here the button says what will be sent, and the phone
   keeps the answer's key, so that coming back changes the answer instead of counting twice. */

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

/* Un-ticking takes the question back: emptied and not sent. Ticking again brings it back as it was typed. */
function matchQuestion(tick) {
  const box = tick.closest(".point").querySelector("textarea");
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
  if (!form) return;
  form.querySelectorAll("[name=unclear]").forEach(matchQuestion);
  nameTheButton(form);
  if (mode === "new") comeBack(form);
}

/* Whoever has answered is led to their answer, never to a blank form that would clear every doubt. */
async function comeBack(form) {
  const answer = kept.read();
  if (!answer.key) return;
  const receipt = `${form.action}/${answer.key}?lang=${document.documentElement.lang}`;
  if (answer.at) return lead(form, receipt, answer.at);
  form.hidden = true;
  try {
    const reply = await fetch(receipt, { headers: { "HX-Request": "true" } });
    if (reply.ok) return location.replace(receipt);
    if (reply.status === 404) form.elements.key.value = answer.key;
    if (reply.status === 410) kept.forget();
  } catch {
    form.elements.key.value = answer.key;
  }
  form.hidden = false;
}

function lead(form, receipt, at) {
  const back = document.getElementById("answered").content.cloneNode(true);
  back.querySelector("[data-at]").textContent = at;
  back.querySelector("a").href = `${receipt}&change=1`;
  form.before(back);
  form.hidden = true;
}

document.addEventListener("change", (event) => {
  if (event.target.name !== "unclear") return;
  matchQuestion(event.target);
  nameTheButton(event.target.form);
});

/* The key is kept before it is sent: should the reply get lost, the next try is the same answer. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest("form[data-answer]");
  if (!form) return;
  const answer = kept.read();
  if (answer.key !== form.elements.key.value) kept.write({ key: form.elements.key.value });
  document.getElementById("state").replaceChildren();
});

function sayNotSent(event) {
  if (!event.target.closest("form[data-answer]")) return;
  document.getElementById("state").replaceChildren(document.getElementById("not-sent").content.cloneNode(true));
}
document.addEventListener("htmx:sendError", sayNotSent);
document.addEventListener("htmx:timeout", sayNotSent);
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500 && event.detail.xhr.status !== 503) sayNotSent(event);
});

/* Replies of a proxy in trouble are no page of ours and must not replace the form. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const type = event.detail.xhr.getResponseHeader("Content-Type") || "";
  const ours = event.detail.xhr.responseText.includes('id="main"') || event.detail.xhr.getResponseHeader("HX-Retarget");
  if (event.detail.shouldSwap && !(type.startsWith("text/html") && ours)) {
    event.detail.shouldSwap = false;
    sayNotSent(event);
  }
});

document.addEventListener("htmx:afterSettle", prepare);
prepare();
