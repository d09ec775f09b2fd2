"use strict";

/* Reading aloud by the phone's own voices, sentence by sentence; nothing leaves the phone. What the page offers for it is
   hidden until there is a voice for its language. The page, what is ticked and what is typed stay as they are. */
{
const READ = "h1,h2,h3,p,li,legend,time,.badge";
const NOT_READ = "button,.button,.sr,.field,.doubt,.hands,.aids,details:not([open])";
/* Browsers fall silent in the middle of what takes longer than some fifteen seconds. */
const LONGEST = 140;
const SLOW = 0.7;
/* A voice that was just cut off swallows what is said at once. */
const BREATH = 100;

const speech = window.speechSynthesis;
const bar = document.getElementById("player");
const said = bar.querySelector("[role=status]");
const [toggle, slower, end] = bar.querySelectorAll("button");

let reading = null;
let speaking = null;
let rate = 1;
let unmark = () => {};

const press = (button, isPressed) => button.setAttribute("aria-pressed", isPressed);

/* A voice that sends the text away to be read is none of the phone's own. */
function voiceFor(language) {
  const voices = speech.getVoices().filter((voice) => voice.localService && voice.lang.split(/[-_]/)[0].toLowerCase() === language.split("-")[0]);
  return voices.find((voice) => voice.default) || voices[0];
}

/* Text that stands together in one language, with the nodes that it is in: a sentence may go through several. */
function sentencesIn(root) {
  const runs = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const block = node.parentElement.closest(READ);
    if (!block || node.parentElement.closest(NOT_READ)) continue;
    const { lang } = node.parentElement.closest("[lang]");
    let run = runs[runs.length - 1];
    if (!run || run.block !== block || run.lang !== lang) runs.push(run = { block, lang, nodes: [], text: "" });
    run.nodes.push([node, run.text.length]);
    run.text += node.data;
  }
  return runs.flatMap(cut);
}

function cut({ block, lang, nodes, text }) {
  let from = 0;
  return pieces(text, lang).map((piece) => {
    const start = from + piece.search(/\S|$/), stop = from + piece.trimEnd().length;
    from += piece.length;
    const parts = nodes.map(([node, at]) => [node, Math.max(start - at, 0), Math.min(stop - at, node.data.length)]);
    return { block, lang, text: piece.trim(), parts: parts.filter(([, first, last]) => first < last) };
  }).filter((sentence) => /[\p{L}\p{N}]/u.test(sentence.text));
}

function pieces(text, language) {
  const found = Intl.Segmenter
    ? Array.from(new Intl.Segmenter(language, { granularity: "sentence" }).segment(text), ({ segment }) => segment)
    : text.match(/.+?(?:[.!?؟]+(?=\s)\s*|$)/gs) || [];
  const whole = [];
  for (const piece of found) {
    const before = whole.length - 1;
    // "kl. 8.00" and "nr. 4" are one sentence with what comes before.
    if (/^\d/.test(piece) && /(^|[^\p{L}])\p{L}{1,4}\.\s*$/u.test(whole[before])) whole[before] += piece;
    else whole.push(piece);
  }
  return whole.flatMap((piece) => piece.match(new RegExp(`.{1,${LONGEST}}(?:\\s|$)|.{1,${LONGEST}}`, "gs")));
}

const isInSight = ({ block }) => block.isConnected && !block.closest(".away") && block.getClientRects().length > 0;

function rangeOf(parts) {
  const range = new Range();
  range.setStart(parts[0][0], parts[0][1]);
  const last = parts[parts.length - 1];
  range.setEnd(last[0], last[2]);
  return range;
}

function mark({ parts }) {
  if (CSS.highlights) {
    CSS.highlights.set("aloud", new Highlight(rangeOf(parts)));
    unmark = () => CSS.highlights.delete("aloud");
  } else {
    const undo = parts.map(wrap);
    unmark = () => { undo.forEach((each) => each()); unmark = () => {}; };
  }
}

/* The node itself stays, so that what was found in it is found again. */
function wrap([node, start, stop]) {
  const whole = node.data;
  const after = node.splitText(stop);
  const marked = document.createElement("mark");
  marked.append(node.splitText(start));
  after.before(marked);
  return () => {
    marked.remove();
    after.remove();
    node.data = whole;
  };
}

/* The page follows gently, unless somebody is writing. */
function follow({ parts }) {
  const { top, bottom } = rangeOf(parts).getBoundingClientRect();
  if (document.activeElement.matches("textarea") || (top > 0 && bottom < bar.getBoundingClientRect().top)) return;
  const behavior = matchMedia("(prefers-reduced-motion:reduce)").matches ? "auto" : "smooth";
  scrollBy({ top: (top + bottom - innerHeight) / 2, behavior });
}

function speak() {
  const { sentences } = reading;
  while (sentences[reading.at] && !(voiceFor(sentences[reading.at].lang) && isInSight(sentences[reading.at]))) reading.at += 1;
  const sentence = sentences[reading.at];
  if (!sentence) {
    unmark();
    return say("done");
  }
  const voice = voiceFor(sentence.lang);
  speaking = new SpeechSynthesisUtterance(sentence.text);
  speaking.lang = voice.lang.replace("_", "-");
  speaking.voice = voice;
  speaking.rate = rate;
  speaking.onend = speaking.onerror = ({ target, type }) => {
    if (target !== speaking) return;
    if (type === "error") return pause();
    reading.at += 1;
    speak();
  };
  unmark();
  follow(sentence);
  mark(sentence);
  speech.speak(speaking);
  document.dispatchEvent(new Event("afstemt:sentence"));
}

function hush() {
  speaking = null;
  speech.cancel();
}

/* Pausing keeps the sentence and begins it again: phones do not go on in the middle of one. */
function pause() {
  hush();
  say("paused");
}

function goOn() {
  const isBusy = speech.speaking || speech.pending;
  hush();
  say("reading");
  if (!isBusy) return speak();
  setTimeout(() => { if (reading && reading.state === "reading" && !speaking) speak(); }, BREATH);
}

/* Which words stand on the button, and what is said of the state. */
function say(state) {
  reading.state = state;
  toggle.lastChild.textContent = toggle.dataset[state];
  toggle.querySelectorAll("svg").forEach((svg, index) => svg.toggleAttribute("hidden", index !== Number(state !== "reading")));
  const isPartly = reading.sentences.some(({ lang }) => !voiceFor(lang));
  said.textContent = said.dataset[state] + (isPartly && state !== "paused" ? ` ${said.dataset.partly}` : "");
}

function start(root, starter) {
  stop();
  reading = { root, starter, sentences: sentencesIn(root), at: 0 };
  press(starter, true);
  bar.hidden = false;
  toggle.focus({ preventScroll: true });
  goOn();
}

function stop() {
  if (!reading) return;
  const { starter } = reading;
  hush();
  unmark();
  reading = null;
  press(starter, false);
  if (bar.contains(document.activeElement)) starter.focus({ preventScroll: true });
  bar.hidden = true;
}

/* Offered where most of the text has a voice. */
function isHeard(root) {
  let all = 0, heard = 0;
  for (const { text, lang } of sentencesIn(root)) {
    all += text.length;
    if (voiceFor(lang)) heard += text.length;
  }
  return heard * 2 > all;
}

function offer() {
  if (reading && !reading.root.isConnected) stop();
  const page = document.getElementById("main");
  const whole = page.querySelector(".aids .listen");
  if (!whole) return;
  whole.hidden = !isHeard(page);
  for (const point of page.querySelectorAll(".point>div:first-child")) {
    const button = point.querySelector(".listen") || point.appendChild(whole.cloneNode(true));
    if (!button.matches(".icon")) {
      button.setAttribute("aria-label", `${whole.textContent}: ${point.querySelector("h3").textContent}`);
      button.classList.add("icon");
      button.lastChild.remove();
    }
    button.hidden = !isHeard(point);
    point.classList.toggle("heard", !button.hidden);
  }
}

if (speech) {
  document.addEventListener("click", ({ target }) => {
    const starter = target.closest(".listen");
    if (!starter) return;
    if (reading && reading.starter === starter) return stop();
    start(starter.closest(".point>div,main"), starter);
  });
  toggle.addEventListener("click", () => {
    if (reading.state === "reading") return pause();
    if (reading.state === "done") reading.at = 0;
    goOn();
  });
  slower.addEventListener("click", () => {
    rate = rate === SLOW ? 1 : SLOW;
    press(slower, rate === SLOW);
    if (reading.state === "reading") goOn();
  });
  end.addEventListener("click", stop);
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") stop(); });
  /* Another section of easy reading: on with it from its beginning. */
  document.addEventListener("afstemt:section", () => {
    if (!reading || reading.state === "paused") return;
    reading.at = 0;
    goOn();
  });
  addEventListener("pagehide", stop);
  new MutationObserver(offer).observe(document.body, { childList: true });
  if (speech.addEventListener) speech.addEventListener("voiceschanged", offer);
  else speech.onvoiceschanged = offer;
  offer();
}
}
