"use strict";

/* Easy reading. Its large type and pictures need no script; here the agreement comes one section at a time, and the phone
   remembers the choice of whoever made it. */
{
const CHOICE = "afstemt:easy";
const BEGINS = "section,details,fieldset";
const nav = document.getElementById("sections");
const progress = nav.querySelector("[role=status]");
const [back, forward] = nav.querySelectorAll("button");

let at = 0;

const page = () => document.getElementById("main");
const choice = () => document.getElementById("easy");
const isEasy = () => Boolean(choice() && choice().checked);

/* The shared tablet remembers nothing, and storage may be refused: then the choice holds for this page. */
let chosen = false;
try { chosen = "code" in page().dataset && localStorage.getItem(CHOICE) !== null; } catch { /* Refused: not chosen before. */ }

function remember() {
  if (!("code" in page().dataset)) return;
  try {
    if (chosen) localStorage.setItem(CHOICE, "1");
    else localStorage.removeItem(CHOICE);
  } catch { /* Refused: it holds for this page. */ }
}

/* What stands before the first section, or after one, is a section too: the welcome, and what is sent. A receipt is read
   whole, and what says that an answer waits to be sent: they may have something to say at any time. */
function sections() {
  if (page().dataset.mode === "receipt" || document.getElementById("waiting")) return [];
  const found = [];
  let begins = true;
  for (const part of [...page().children].flatMap((each) => (each.matches("form,.stack") ? [...each.children] : [each]))) {
    if (part.matches(".aids,template,input")) continue;
    if (begins || part.matches(BEGINS)) found.push([]);
    found[found.length - 1].push(part);
    begins = part.matches(BEGINS);
  }
  return found;
}

function show(number) {
  const all = sections();
  const isOneByOne = isEasy() && all.length > 1, before = at;
  at = Math.max(0, Math.min(number, all.length - 1));
  all.forEach((parts, index) => parts.forEach((part) => part.classList.toggle("away", isOneByOne && index !== at)));
  nav.hidden = !isOneByOne;
  back.disabled = at === 0;
  forward.disabled = at === all.length - 1;
  progress.textContent = nav.dataset.progress.replace("{at}", at + 1).replace("{all}", all.length);
  if (at !== before) document.dispatchEvent(new Event("afstemt:section"));
  return all[at] || [];
}

function turn(number) {
  const parts = show(number);
  const heading = parts.map((part) => (part.matches("h1,h2,h3") ? part : part.querySelector("h1,h2,h3,legend"))).find(Boolean);
  const goal = heading || parts[0];
  goal.tabIndex = -1;
  goal.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/* Another page in the same place begins with what it has to say first; something new on the same one leaves it where it is. */
let here;
const watch = new MutationObserver(() => (page() === here ? show(at) : arrive()));

function arrive() {
  here = page();
  watch.observe(here, { childList: true });
  if (!choice()) return show(0);
  choice().checked = chosen;
  document.documentElement.classList.toggle("easy", chosen);
  show(0);
}

document.addEventListener("change", ({ target }) => {
  if (target !== choice()) return;
  chosen = target.checked;
  remember();
  const [first] = sections()[at] || [];
  arrive();
  if (!chosen && first) first.scrollIntoView();
});

/* A link to a field leads to its section, too. */
document.addEventListener("click", ({ target }) => {
  const link = target.closest("a[href^='#']");
  const goal = link && document.getElementById(link.hash.slice(1));
  const number = goal ? sections().findIndex((parts) => parts.some((part) => part.contains(goal))) : -1;
  if (isEasy() && number >= 0) show(number);
});

back.addEventListener("click", () => turn(at - 1));
forward.addEventListener("click", () => turn(at + 1));
watch.observe(document.body, { childList: true });
arrive();
}
