"use strict";

/* Typing in answers from paper by keyboard alone. The keys count only while the sheet or its buttons have the focus, which
   comes back to them after each answer; in a field for words they write. */
(() => {
  const PAUSE = 600;
  const main = document.getElementById("main");
  const form = document.getElementById("typing");
  const said = document.getElementById("said");
  const sheet = () => document.getElementById("sheet");
  let savedAt = -PAUSE;
  let isTouched = true;

  /* The digit is where it is on the keyboard, whatever Shift writes there. */
  function pressed(event) {
    const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
    return (event.shiftKey ? "shift " : "") + (digit ? digit[1] : event.key.toLowerCase());
  }

  function boxOf(event) {
    return [...form.querySelectorAll("[data-press]")].find((box) => box.dataset.press === pressed(event));
  }

  function undo() {
    const button = document.querySelector("[data-undo]");
    if (button) button.click();
    return Boolean(button);
  }

  function handles(event) {
    const writes = event.target.matches("textarea, select");
    const withControl = event.ctrlKey || event.metaKey;
    if (event.key === "Enter") {
      if (writes ? !withControl : event.target.matches("button, a")) return false;
      if (!event.repeat) form.requestSubmit();
      return true;
    }
    if (writes || event.altKey || event.repeat) return false;
    if (event.key === "Backspace" || (withControl && event.key.toLowerCase() === "z")) return undo();
    if (withControl) return false;
    const box = boxOf(event);
    if (box) box.click();
    return Boolean(box);
  }

  main.addEventListener("keydown", (event) => {
    if (event.target.closest("#typing, .savebar") && handles(event)) event.preventDefault();
  });

  /* A press beside everything gives the keys back to the sheet. */
  main.addEventListener("click", (event) => {
    if (!event.target.closest("a, button, input, select, textarea, label, summary")) sheet().focus({ preventScroll: true });
  });

  /* A question goes with its tick. */
  function pair() {
    form.querySelectorAll(".asked textarea").forEach((field) => {
      field.disabled = !field.closest(".of-point").querySelector("[name=unclear]").checked;
    });
  }

  form.addEventListener("change", pair);
  for (const kind of ["change", "input"]) form.addEventListener(kind, () => { isTouched = true; });

  /* A second press of Enter or of the button is no empty answer of the next person. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt === form && !isTouched && performance.now() - savedAt < PAUSE) event.preventDefault();
  });

  /* Not before the swap: a field that is taken away says once more that it was changed. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (requestConfig.verb !== "post" || xhr.status !== 200) return;
    savedAt = performance.now();
    isTouched = false;
  });
  document.addEventListener("htmx:afterSettle", pair);

  /* What was pressed is gone: the keys go on with the sheet. */
  document.addEventListener("htmx:afterRequest", () => {
    if (document.activeElement === document.body) sheet().focus({ preventScroll: true });
  });

  function say(words) {
    const line = document.createElement("span");
    line.className = "says attention";
    line.textContent = words;
    said.replaceChildren(line);
  }

  /* Only a sheet, or why there is none, takes the sheet's place; what was typed stays through everything else. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, isError } = event.detail;
    if (!isError || xhr.responseText.includes('id="sheet"') || xhr.getResponseHeader("HX-Retarget")) return;
    event.detail.shouldSwap = false;
    say(xhr.status === 401 ? said.dataset.signedOut : said.dataset.lost);
  });
  for (const failure of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(failure, () => say(said.dataset.lost));

  document.getElementById("keys").hidden = false;
  pair();
  (form.querySelector("textarea[data-focus]") || sheet()).focus({ preventScroll: true });
})();
