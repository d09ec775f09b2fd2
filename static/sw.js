"use strict";

/* The worker keeps the agreements that were read on this phone, so that they open where there is no network. It answers
   for agreements, for the doors to them and for assets, and for nothing else: never for a receipt, a fragment, anything
   sent, or a page of staff. What it keeps holds no key: a kept key would be the next person's too. */

const BUILD = "{build}";
const AGREEMENT = /^\/m\/[0-9A-HJKMNP-TV-Z]{8}(\/[a-z]{2,3})?$/;
const DOORS = ["/", "/join", "/offline"];
const PATIENCE = 3000, GUESSED_AGAIN = 600000;
const MOST = 12, LONGEST = 90 * 86400000;

function kindOf({ method, url, mode, headers }) {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin || headers.has("HX-Request")) return "";
  if (pathname.startsWith("/static/")) return "asset";
  if (mode !== "navigate") return "";
  if (AGREEMENT.test(pathname)) return "agreement";
  return DOORS.includes(pathname) ? "door" : "";
}

/* The build's own first: an older one may still hold what has not been fetched anew. */
async function kept(address, options) {
  return (await (await caches.open(BUILD)).match(address, options)) || caches.match(address, options);
}

function soon(reply) {
  return Promise.race([reply, new Promise((_, refuse) => { setTimeout(refuse, PATIENCE); })]);
}

async function agreement(path, reply, url) {
  const old = await kept(path);
  try {
    const fresh = await (old ? soon(reply) : reply);
    if (!old || ![502, 503, 504].includes(fresh.status)) return fresh;
  } catch { /* No network, or none worth the name: what is kept is shown. */ }
  return old || offline(url);
}

async function offline({ pathname, searchParams }) {
  const wanted = [pathname.slice(12), searchParams.get("lang"), ...navigator.languages.map((each) => each.split("-")[0])];
  for (const language of wanted) {
    const found = language && await kept(`/offline?lang=${language}`);
    if (found) return found;
  }
  return (await kept("/offline", { ignoreSearch: true })) || Response.error();
}

function isPage(reply) {
  const { headers } = reply;
  return reply.status === 200 && !reply.redirected && reply.type === "basic" &&
    headers.get("Content-Type").startsWith("text/html") && !headers.get("Cache-Control").includes("no-store");
}

async function keepAgreement(path, reply) {
  if ([404, 410].includes(reply.status)) return forget(path);
  if (!isPage(reply)) return undefined;
  const page = await reply.text();
  const [, mode] = /data-mode="(\w+)"/.exec(page) || [];
  if (mode === "new" || mode === "closed") return store(path, page, reply.headers);
  return mode === "guess" ? keepText(path, page, reply.headers) : undefined;
}

/* Where guesses come before the text, the text is what is kept: it can be read and answered without them. */
async function keepText(path, page, headers) {
  const old = await (await caches.open(BUILD)).match(path);
  if (old && Date.now() - old.headers.get("Kept") < GUESSED_AGAIN) return undefined;
  const [, lang] = /<html lang="(\w+)"/.exec(page);
  const reply = await fetch(`${path.slice(0, 11)}/guess`, { method: "POST", body: new URLSearchParams({ lang }) });
  const text = await reply.text();
  return reply.ok && text.includes('data-mode="new"') ? store(path, text, headers) : undefined;
}

async function store(address, page, from) {
  const cache = await caches.open(BUILD);
  const assets = new Set(page.match(/\/static\/[^"]+\.(?:css|js|svg)(?=")/g));
  await Promise.all([...assets].map((asset) => keepAsset(cache, asset)));
  const headers = new Headers(from);
  ["Content-Encoding", "Content-Length", "Vary"].forEach((each) => headers.delete(each));
  headers.set("Kept", Date.now());
  const text = page.replace(/(name="key" value=")[^"]*/g, "$1").replace("<main ", "<main data-kept ");
  await cache.put(address, new Response(text, { headers }));
  await forgetOldest(cache);
}

/* An asset under an old address is another one: then the page is of a build that is gone. */
async function keepAsset(cache, asset) {
  if (await cache.match(asset)) return;
  const reply = await fetch(asset);
  if (!reply.ok || !reply.headers.get("Cache-Control").includes("immutable")) throw new Error(`changed: ${asset}`);
  await cache.put(asset, reply);
}

async function forgetOldest(cache) {
  const pages = (await cache.keys()).filter(({ url }) => AGREEMENT.test(new URL(url).pathname));
  for (const [number, page] of pages.entries()) {
    const at = (await cache.match(page)).headers.get("Kept");
    if (number < pages.length - MOST || Date.now() - at > LONGEST) await cache.delete(page);
  }
}

async function forget(path) {
  for (const name of await caches.keys()) await (await caches.open(name)).delete(path);
}

async function keep(address, options) {
  const reply = await fetch(address, options);
  if (reply.status >= 500) throw new Error(`not to be had: ${address}`);
  if (AGREEMENT.test(address)) return keepAgreement(address, reply);
  return isPage(reply) && store(address, await reply.text(), reply.headers);
}

/* Pages of an older build are fetched anew, with their assets; until then the older ones still open. */
async function moveIn() {
  for (const name of (await caches.keys()).filter((each) => each !== BUILD)) {
    const old = await caches.open(name);
    for (const { url } of await old.keys()) {
      const { pathname, search } = new URL(url);
      if (!pathname.startsWith("/static/") && !(await (await caches.open(BUILD)).match(pathname + search))) {
        await keep(pathname + search);
      }
    }
    await caches.delete(name);
  }
}

/* A page says that it has been read. Its own copy in the browser's cache is taken: it costs no byte. */
async function note({ path, language }) {
  const cache = await caches.open(BUILD);
  if (AGREEMENT.test(path) && !(await cache.match(path))) await keep(path, { cache: "force-cache" });
  if (!(await cache.match(`/offline?lang=${language}`))) await keep(`/offline?lang=${language}`);
  await moveIn();
}

addEventListener("install", () => skipWaiting());
addEventListener("message", (event) => event.waitUntil(note(event.data)));
addEventListener("fetch", (event) => {
  const { request } = event;
  const kind = kindOf(request), url = new URL(request.url);
  if (kind === "asset") event.respondWith(kept(request).then((found) => found || fetch(request)));
  if (kind === "door") event.respondWith(fetch(request).catch(() => offline(url)));
  if (kind !== "agreement") return;
  const reply = fetch(request);
  event.respondWith(agreement(url.pathname, reply.then((fresh) => fresh.clone()), url));
  if (!url.search) event.waitUntil(reply.then((fresh) => keepAgreement(url.pathname, fresh)).catch(() => {}));
});
