"use strict";

/* Here and not in each page: every byte there is sent at every visit. Copying a style onto new content would break the
   policy against inline style; bars grow from where they were. */
if (window.htmx) Object.assign(window.htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  attributesToSettle: ["class", "width", "x"],
  allowScriptTags: false,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  responseHandling: [
    { code: "(204|304)", swap: false },
    { code: "[23]..", swap: true },
    { code: "(400|403|404|409|410|413|422|429|503)", swap: true, error: true },
    { code: "...", swap: false, error: true },
  ],
});

/* <button data-copy="words" data-copied="Copied" data-tell="id of an element with role=status" hidden>, <button data-print hidden>.
   What a button promises only where a script can keep it: it is hidden in the page and shown here. */
function show(root) {
  root.querySelectorAll("[data-copy][hidden],[data-print][hidden]").forEach((button) => { button.hidden = false; });
}

/* The clipboard needs https; where it is missing, a field that is selected and copied does the same. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "sr";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) throw new Error("not copied");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy],[data-print]");
  if (!button) return;
  if ("print" in button.dataset) return window.print();
  copy(button.dataset.copy).then(
    () => { document.getElementById(button.dataset.tell).textContent = button.dataset.copied; },
    () => { window.prompt(button.textContent.trim(), button.dataset.copy); },
  );
});

/* After a swap the focus goes where the new content says, never back to the top of the page. */
document.addEventListener("htmx:afterSettle", (event) => {
  const arrived = event.detail.elt;
  show(arrived);
  const target = arrived.matches("[data-focus]") ? arrived : arrived.querySelector("[data-focus]");
  if (target) target.focus();
});

show(document);
