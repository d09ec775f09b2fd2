"use strict";

/* Answers that could not be sent wait here, each under its key, until the server has taken or refused it. An entry is
   {key, code, address, fields: [[name, value] …], seen, kept_at, refused?, unkept?}; kept_at in milliseconds, refused the
   status. What happens to one is told as the event "outbox", with state sending, sent, refused, failed or gone. */

const outbox = (() => {
  const SOONEST = 2000, LATEST = 30000, SILENT = 20000, UNANSWERED = 3000;
  /* Where the phone keeps nothing (full, refused, private mode), the page itself does. */
  const memory = new Map();
  let wait = SOONEST, notBefore = 0, isKnown = true, due, busy;

  function stored(mode, ask) {
    return new Promise((resolve, reject) => {
      setTimeout(reject, UNANSWERED, new Error("no answer"));
      const opening = indexedDB.open("afstemt", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("outbox", { keyPath: "key" });
      opening.onerror = opening.onblocked = reject;
      opening.onsuccess = () => {
        const change = opening.result.transaction("outbox", mode, { durability: "strict" });
        const asked = ask(change.objectStore("outbox"));
        change.onerror = change.onabort = reject;
        change.oncomplete = () => { opening.result.close(); resolve(asked.result); };
      };
    });
  }

  async function all() {
    const found = new Map();
    isKnown = true;
    try {
      for (const entry of await stored("readonly", (store) => store.getAll())) found.set(entry.key, entry);
    } catch { isKnown = false; }
    memory.forEach((entry, key) => found.set(key, entry));
    return [...found.values()];
  }

  async function of(code) {
    return (await all()).filter((entry) => entry.code === code).sort((one, other) => other.kept_at - one.kept_at)[0];
  }

  async function put(entry) {
    try {
      await stored("readwrite", (store) => store.put({ ...entry, unkept: false }));
      memory.delete(entry.key);
      return { ...entry, unkept: false };
    } catch {
      memory.set(entry.key, { ...entry, unkept: true });
      return memory.get(entry.key);
    }
  }

  /* Changes or removes the entry unless a newer one of the same key has taken its place. */
  async function settle(entry, refused) {
    const held = memory.get(entry.key);
    if (held && held.kept_at <= entry.kept_at) refused ? memory.set(entry.key, { ...held, refused }) : memory.delete(entry.key);
    try {
      await stored("readwrite", (store) => {
        const asked = store.get(entry.key);
        asked.onsuccess = () => {
          const old = asked.result;
          if (old && old.kept_at <= entry.kept_at) refused ? store.put({ ...old, refused }) : store.delete(entry.key);
        };
        return asked;
      });
    } catch { /* Refused: then nothing was kept either. */ }
  }

  async function forget(code) {
    const ours = (entry) => entry.code === code;
    [...memory.values()].filter(ours).forEach(({ key }) => memory.delete(key));
    try {
      await stored("readwrite", (store) => {
        const asked = store.getAll();
        asked.onsuccess = () => asked.result.filter(ours).forEach(({ key }) => store.delete(key));
        return asked;
      });
    } catch { /* Refused: then nothing was kept either. */ }
  }

  function tell(state, entry, more) {
    document.dispatchEvent(new CustomEvent("outbox", { detail: { state, entry, ...more } }));
  }

  /* The page may speak another language by now than the one that was answered in: the reply is for this page. */
  async function ask(entry) {
    const address = `${entry.address.split("?")[0]}?lang=${document.documentElement.lang}`;
    const stop = new AbortController(), silent = setTimeout(() => stop.abort(), SILENT);
    const body = new URLSearchParams([...entry.fields, ...(entry.seen ? [["seen", entry.seen]] : [])]);
    try {
      const reply = await fetch(address, { method: "POST", headers: { "HX-Request": "true" }, body, signal: stop.signal });
      return { reply, text: await reply.text() };
    } finally {
      clearTimeout(silent);
    }
  }

  /* Whether the server has decided. Only what carries its mark is its word: a hotel's door may answer 200, too. */
  async function send(entry) {
    let said;
    try { said = await ask(entry); } catch { return false; }
    const { status, ok, headers } = said.reply;
    if (!headers.has("Afstemt-Build") || status >= 500 || status === 429) {
      later(status, headers.get("Retry-After"));
      return false;
    }
    await settle(entry, ok ? 0 : status);
    tell(ok ? "sent" : "refused", entry, said);
    return true;
  }

  async function waiting() {
    return (await all()).filter((entry) => !entry.refused);
  }

  /* One tab at a time. Without locks (plain http) it may be two: the key still counts once. */
  function alone(act) {
    return navigator.locks ? navigator.locks.request("outbox", { ifAvailable: true }, (lock) => lock && act()) : act();
  }

  async function deliver(eager) {
    clearTimeout(due);
    if (busy || Date.now() < notBefore) return plan();
    busy = true;
    try {
      await alone(async () => {
        for (const entry of await waiting()) {
          if (eager && navigator.onLine !== false) tell("sending", entry);
          if (!(await send(entry))) tell("failed", entry);
        }
      });
    } finally {
      busy = false;
    }
    const left = await waiting();
    if (isKnown) tell("left", undefined, { left });
    return left.length || !isKnown ? plan() : undefined;
  }

  function plan() {
    clearTimeout(due);
    due = setTimeout(deliver, Math.max(wait, notBefore - Date.now()));
    wait = Math.min(wait * 2, LATEST);
  }

  /* A crowd may be asked to wait long; who is back from a fault is not left waiting for what was said in it. */
  function later(status, seconds) {
    notBefore = Date.now() + Math.min((Number(seconds) || 0) * 1000, status === 429 ? Infinity : LATEST);
  }

  /* Somebody who asks for it need not wait as long as the server has said. */
  function soon(isAskedFor) {
    if (isAskedFor === true) notBefore = 0;
    wait = SOONEST;
    return deliver(true);
  }

  addEventListener("online", soon);
  addEventListener("pageshow", soon);
  document.addEventListener("visibilitychange", () => document.hidden || soon());
  addEventListener("beforeunload", (event) => { if (memory.size) event.preventDefault(); });

  return { all, of, put, forget, soon, plan, later };
})();

/* Once the page is read and nothing else is to be fetched. Without https there is no worker: then pages need the network. */
if (navigator.serviceWorker && /^\/(m\/.*|join|offline)?$/.test(location.pathname)) {
  const note = async () => {
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ path: location.pathname, language: document.documentElement.lang });
  };
  // Where it is refused, pages open with a network alone, and answers wait all the same.
  addEventListener("load", () => (window.requestIdleCallback || setTimeout)(() => {
    navigator.serviceWorker.register("/sw.js").then(note, () => undefined);
  }));
  navigator.serviceWorker.addEventListener("controllerchange", note);
}
