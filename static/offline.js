"use strict";

/* The page for where there is no network: the agreements that this phone keeps, and what waits to be sent. It stands under
   the address that could not be reached, so trying again is loading it again. */

const AGREEMENT = /^\/m\/(\w{8})(\/\w+)?$/;
const again = document.getElementById("again");
const seen = document.getElementById("seen");

async function pages() {
  const found = new Map();
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) {
      const { pathname } = new URL(url);
      const [, code] = AGREEMENT.exec(pathname) || [];
      if (code) found.set(code, [pathname, await (await cache.match(pathname)).text()]);
    }
  }
  return [...found.values()].reverse();
}

async function list() {
  for (const [address, text] of await pages()) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const line = document.createElement("li"), link = document.createElement("a");
    link.className = "button quiet";
    link.href = address;
    link.lang = page.documentElement.lang;
    link.dir = page.documentElement.dir;
    link.textContent = page.title.replace(/ – Afstemt$/, "");
    line.append(link);
    seen.querySelector("ul").append(line);
    seen.hidden = false;
  }
  document.getElementById("waits").hidden = !(await outbox.all()).some((entry) => !entry.refused);
}

if (location.pathname !== "/offline") {
  again.href = location.href;
  // Whoever is on the way to another page is not called back by a network that returns just then.
  let isLeaving = false;
  addEventListener("beforeunload", () => { isLeaving = true; });
  addEventListener("online", () => isLeaving || location.reload());
}
document.addEventListener("outbox", ({ detail }) => {
  if (detail.state === "sent") document.getElementById("waits").hidden = true;
});
if (window.caches) list();
