"use strict";

/* Saving as one writes. htmx sends the form; this keeps what is typed from being lost on the way: it says where the text is,
   tries again, warns before leaving, and carries over what was typed while a list was on its way back. */
(() => {
  const form = document.getElementById("agreement");
  const part = (id) => document.getElementById(id);
  let typed = 0;      // how many times something was typed
  let saved = 0;      // how many of these the server has
  let waiting = 2;    // seconds until the next try
  let retry = 0;
  let stopped = false; // somebody else saved meanwhile, or the meeting is closed: a person must choose
  let leaving = false;
  let pressed = null; // a button whose act did not get through
  let onward = null;  // a button that leads away: pressed once all that was typed is saved
  const touched = new Set(); // names of fields that were typed in since the last save

  const save = () => htmx.trigger(form, "save");
  const listens = (name, does) => document.addEventListener(name, does);

  function tell(id) {
    for (const each of ["failed", "signed-out"]) part(each).hidden = each !== id;
    part("saved-line").hidden = Boolean(id);
  }

  /* Signing in again makes a new token: the one that stands in this page opens nothing any more. */
  async function freshToken() {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const token = page.querySelector("[name=csrf_token]");
      if (token) document.querySelectorAll("[name=csrf_token]").forEach((field) => { field.value = token.value; });
    } catch { /* No network: the next try comes anyway. */ }
  }

  async function tryAgain() {
    clearTimeout(retry);
    retry = 0;
    await freshToken();
    const again = pressed;
    pressed = null;
    if (again && again.isConnected) again.click(); else save();
  }

  function failed(status, button) {
    onward = null;
    if (button !== form && (!status || status === 401 || status >= 500)) pressed = button;
    tell(status === 401 ? "signed-out" : "failed");
    clearTimeout(retry);
    retry = setTimeout(tryAgain, waiting * 1000);
    waiting = Math.min(waiting * 2, 30);
  }

  document.querySelectorAll("[data-without-script]").forEach((button) => { button.hidden = true; });

  listens("input", (event) => { if (event.target.form === form) { typed += 1; touched.add(event.target.name); } });
  listens("submit", (event) => {
    if (event.target !== form) return;
    if (event.submitter && "save" in event.submitter.dataset) { event.preventDefault(); save(); }
    else if (typed > saved && !stopped) {
      event.preventDefault();
      onward = event.submitter;
      if (retry) tryAgain(); else save();
    } else leaving = true;
  });
  listens("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("textarea.line")) event.preventDefault();
  });

  /* htmx adds the button that has the focus: saving must never press it. A date that is only half typed looks empty to the
     form: leave it out, and the stored one stays. */
  listens("htmx:configRequest", (event) => {
    if (event.detail.elt === form) {
      for (const button of form.querySelectorAll("button[name]")) event.detail.formData.delete(button.name);
    }
    /* "Keep mine" is about what was typed here: the rest stays as somebody else wrote it meanwhile. */
    if (event.detail.elt.name === "keep") {
      for (const { name } of form.querySelectorAll("textarea,input:not([type=hidden])")) {
        if (!touched.has(name)) for (const each of [name, `${name}-shown`]) event.detail.formData.delete(each);
      }
    }
    for (const field of form.querySelectorAll("input")) {
      if (field.validity.badInput) event.detail.formData.delete(field.name);
    }
  });
  listens("htmx:beforeRequest", (event) => {
    if (stopped && event.target === form) return event.preventDefault();
    stopped = false;
    event.detail.xhr.typed = typed;
    event.detail.xhr.keeps = event.detail.elt.name === "keep";
    event.detail.xhr.fields = fieldsOf(form);
  });
  listens("htmx:afterRequest", ({ detail }) => {
    if (!detail.xhr.status && leaving) return;
    if (detail.xhr.status === 409) { stopped = true; onward = null; tell(); return; }
    if (!detail.successful) { failed(detail.xhr.status, detail.elt); return; }
    saved = Math.max(saved, detail.xhr.typed);
    if (typed === detail.xhr.typed) {
      touched.clear();
      if (detail.xhr.keeps) { leaving = true; location.reload(); return; }
    }
    waiting = 2;
    clearTimeout(retry);
    tell();
    if (onward && typed <= saved) {
      const { name, value } = onward; // Saving may have brought it anew.
      (onward.isConnected ? onward : document.querySelector(`button[name="${name}"][value="${value}"]`))?.click();
    }
    const preview = part("preview");
    if (preview && preview.offsetParent) preview.contentWindow.location.reload();
  });

  /* An act brings its list anew. What was typed, opened or closed there since it was asked for stays. */
  const keyOf = (field) => (field.type === "radio" ? `${field.name}=${field.value}` : field.name);
  const stateOf = (field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : field.value);
  function fieldsOf(root) {
    return new Map([...root.querySelectorAll("textarea,input:not([type=hidden])")].map((field) => [keyOf(field), stateOf(field)]));
  }
  let busy = false; // somebody types already: the cursor stays where it is
  let kept = [];
  let opened = [];
  listens("htmx:beforeSwap", ({ detail }) => {
    if (!/^(points|steps)$/.test(detail.target.id)) return;
    const before = detail.xhr.fields;
    kept = [...fieldsOf(detail.target)].filter(([key, state]) => before.has(key) && before.get(key) !== state);
    opened = [...detail.target.querySelectorAll("details[id]")].map((each) => [each.id, each.open]);
  });
  listens("htmx:afterSwap", () => {
    for (const [id, open] of opened) {
      const details = part(id);
      if (details) details.open ||= open;
    }
    const late = new Map(kept);
    kept = opened = [];
    if (!late.size) return;
    busy = true;
    for (const field of form.querySelectorAll("textarea,input")) {
      if (!late.has(keyOf(field))) continue;
      if (typeof late.get(keyOf(field)) === "boolean") field.checked = late.get(keyOf(field));
      else field.value = late.get(keyOf(field));
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
    typed += 1;
  });

  /* What is new in the Danish stays marked while its translation is worded anew. */
  const later = new Map();
  listens("htmx:oobBeforeSwap", ({ detail }) => {
    const { activeElement: field } = document, state = part(`${field.id}-state`);
    if (!state || !state.matches(".stale") || ![state.id, `${field.id}-danish`].includes(detail.target.id)) return;
    detail.shouldSwap = false;
    later.set(detail.target.id, detail.fragment.firstElementChild);
  });
  listens("focusout", () => {
    for (const [id, piece] of later) {
      part(id).replaceWith(piece);
      htmx.process(piece);
    }
    later.clear();
  });

  /* Going to a field opens the point around it and puts the cursor there. */
  function go(id) {
    const target = part(id);
    if (!target) return;
    const details = target.closest("details");
    if (details) details.open = true;
    target.focus();
    target.scrollIntoView({ block: "center" });
  }
  listens("goTo", (event) => {
    if (!busy) go(event.detail.id);
    busy = false;
  });

  /* The next text that waits for its translation is the one after where somebody was, and after the last the first. */
  let place = null;
  listens("focusin", ({ target }) => { if (target.form === form && target.matches("textarea")) place = target; });
  function nextAwaiting() {
    const waiting = [...form.querySelectorAll("[data-awaits]")];
    const after = waiting.find((each) => place && !place.parentElement.contains(each)
      && place.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
    return (after || waiting[0]).id.replace(/-state$/, "");
  }
  listens("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    if ("next" in link.dataset) { event.preventDefault(); go(nextAwaiting()); return; }
    if ("leave" in link.dataset) leaving = true;
    if (link.hash && link.pathname === location.pathname && link.search === location.search) {
      event.preventDefault();
      go(link.hash.slice(1));
    }
  });

  addEventListener("online", () => { if (retry) tryAgain(); });
  listens("visibilitychange", () => {
    if (document.hidden ? typed > saved : retry) document.hidden ? save() : tryAgain();
  });
  addEventListener("beforeunload", (event) => { if (typed > saved && !leaving) event.preventDefault(); });
  addEventListener("pageshow", () => { leaving = false; });
})();
