"use strict";

/* What the citizen's page shows of an answer that waits on the phone: one line always says where it is, and what was
   answered stands under it. */

const shown = (() => {
  const TYPED = /^question-/;

  function says(state) {
    const words = document.getElementById("says");
    return words && words.content.querySelector(`[data-is=${state}]`).cloneNode(true);
  }

  /* What stands there already is not said again. */
  function put(place, state) {
    const now = place.firstElementChild;
    if (state ? now && now.dataset.is === state : !now) return now;
    const notice = state && says(state);
    place.replaceChildren(...(notice ? [notice] : []));
    return notice;
  }

  /* About the network and other answers: above the page, where it stays when the page changes. */
  function above(state) {
    let place = document.getElementById("above");
    if (!place) {
      place = document.createElement("div");
      place.id = "above";
      place.className = "where";
      place.setAttribute("role", "status");
      main().before(place);
    }
    return put(place, state);
  }

  function online() {
    const place = document.getElementById("above"), now = place && place.firstElementChild;
    if (now && ["offline", "missing"].includes(now.dataset.is)) above("");
  }

  function line(state) {
    const waiting = document.getElementById("waiting");
    const place = waiting ? waiting.querySelector("[role=status]") : document.getElementById("state");
    return place ? put(place, state) : above(state);
  }

  function copy(one, point) {
    const line = one.cloneNode(true), box = point.querySelector("textarea");
    const hard = [...point.querySelectorAll(".why :checked")].map((why) => why.parentElement.textContent.trim());
    line.prepend(point.querySelector("h3").cloneNode(true));
    if (hard.length) line.querySelector("[data-hard] span").textContent = hard.join(" · ");
    else line.querySelector("[data-hard]").remove();
    if (box && box.value.trim()) line.querySelector("bdi").textContent = box.value;
    else line.querySelector("[data-asked]").remove();
    return line;
  }

  function part(receipt, name, points) {
    const heading = receipt.querySelector(`[data-part=${name}]`);
    if (points.length) heading.after(...points);
    else heading.remove();
  }

  function fillReceipt(receipt, form) {
    const heading = document.createElement("h1");
    heading.textContent = receipt.firstElementChild.dataset.title;
    heading.tabIndex = -1;
    receipt.querySelector(".lead").before(heading);
    const one = receipt.querySelector("[data-one]");
    one.remove();
    const points = [...form.querySelectorAll(".point")];
    const ticked = (name) => points.filter((point) => point.querySelector(`[name=${name}]:checked`));
    const unclear = ticked("unclear");
    const titles = ticked("offer").map((point) => {
      const line = copy(one, point);
      line.querySelectorAll(".quote").forEach((quote) => quote.remove());
      return line;
    });
    if (unclear.length) receipt.querySelector("[data-part=clear]").remove();
    part(receipt, "unclear", unclear.map((point) => copy(one, point)));
    part(receipt, "offer", titles);
  }

  /* The receipt of an answer that is still here. The form stays behind it, so that it can be changed. */
  function receipt(state) {
    const form = document.querySelector("form[data-answer]"), words = document.getElementById("kept");
    if (form && words && !document.getElementById("waiting")) {
      const receipt = words.content.cloneNode(true);
      fillReceipt(receipt, form);
      [...main().children].forEach((each) => { each.hidden = true; });
      main().prepend(receipt);
      main().querySelector("h1").focus();
      scrollTo(0, 0);
      above("");
    }
    line(state);
  }

  function form() {
    const waiting = document.getElementById("waiting");
    if (!waiting) return;
    waiting.remove();
    [...main().children].forEach((each) => { each.hidden = false; });
    scrollTo(0, 0);
    const heading = main().querySelector("h1");
    heading.tabIndex = -1;
    heading.focus();
  }

  /* Puts into the form what was answered; what has no place in it any more is returned. */
  function fill(form, fields) {
    const lost = [];
    if (form) form.querySelectorAll("[type=checkbox]").forEach((box) => { box.checked = false; });
    for (const [name, value] of fields) {
      const all = form ? [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)] : [];
      const box = all.find((each) => each.type === "checkbox" && each.value === value);
      if (box) box.checked = true;
      else if (TYPED.test(name) && all.length) all[0].value = value;
      else if (TYPED.test(name) && value) lost.push(value);
      else if (/^guess-/.test(name) && !all.length) guessed(form, name, value);
    }
    return lost;
  }

  function guessed(form, name, value) {
    if (!form || !form.querySelector(`[name=unclear][value="${CSS.escape(name.slice(6))}"]`)) return;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }

  /* A refused answer, shown again: what has no place in the form is said here. */
  function refused(lost) {
    const notice = above("refused");
    if (!notice) return;
    notice.querySelector("ul").replaceChildren(...lost.map((text) => {
      const line = document.createElement("li");
      line.dir = "auto";
      line.textContent = text;
      return line;
    }));
  }

  return { above, online, line, receipt, form, fill, guessed, refused };
})();
