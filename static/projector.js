"use strict";

/* The projector is driven by a key or a presenter's remote: on (Page Down, arrow) shows the answers, back hides them
   again, Escape leads back to the tablet's page. Its two controls are out of sight while no pointer moves. */
const SIGHT = 4000;
const projected = document.getElementById("stage");
let resting = 0;

function awake() {
  projected.classList.remove("quiet");
  clearTimeout(resting);
  resting = setTimeout(() => projected.classList.add("quiet"), SIGHT);
}

function press(id) {
  const link = document.getElementById(id);
  if (link) link.click();
}

/* An arrow means on in the direction of reading; a page that can be scrolled is scrolled first. */
function wanted(key) {
  const [on, back] = document.dir === "rtl" ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
  if (key === on || key === "PageDown") return "projector-split";
  return key === back || (key === "PageUp" && scrollY === 0) ? "projector" : "";
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.key === "Escape") return press("leave");
  const view = wanted(event.key);
  const turn = document.getElementById("turn");
  if (!view || !turn || !turn.href.endsWith(`view=${view}`)) return;
  event.preventDefault();
  turn.click();
});

for (const sign of ["pointermove", "pointerdown"]) document.addEventListener(sign, awake);
awake();
