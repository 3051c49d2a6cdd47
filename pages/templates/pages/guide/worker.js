/* The guide's screens without a network: the files they are made of, and the last page of the guide who is signed in. */

const FILES = "guide-files-{{ version }}";
const ASSETS = {{ assets|safe }};
const PAGES = {{ pages|safe }};
const BAGS = PAGES[0] + "drop-offs/";
const FRESH_MS = 5 * 60 * 1000; // a page kept so lately, in the same shift, is not fetched again to be kept
const KEPT_MS = 12 * 60 * 60 * 1000; // as long as a session
const FRESH_WITHIN_MS = 4_000; // then the page that is here goes before the one that may come

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll(ASSETS)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith("guide-files-") && name !== FILES))
      .then((names) => Promise.all(names.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

/* A page opened before this worker was there is fetched once more, to be kept. */
self.addEventListener("message", (event) => {
  if (event.data.keep) event.waitUntil(Promise.all(PAGES.map((path) => keepFresh(path, event.data))));
});

async function keepFresh(path, { keep, shift }) {
  const there = await (await caches.open(`guide-pages-${keep}`)).match(path);
  const isFresh = there && Date.now() - Number(there.headers.get("X-Kept-At")) < FRESH_MS;
  if (!isFresh || there.headers.get("X-Shift") !== shift) await fetched(path).catch(() => null);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (ASSETS.includes(address.pathname)) {
    event.respondWith(caches.match(request, { ignoreSearch: true }).then((kept) => kept ?? fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(page(request, address));
  }
});

async function page(request, address) {
  const isKept = PAGES.includes(address.pathname) || address.pathname.startsWith(BAGS);
  const isPlain = isKept && address.search === "";
  const asked = isPlain ? fetched(address.pathname, request) : fetch(request);
  asked.catch(() => null);
  try {
    const slow = new Promise((resolve) => setTimeout(resolve, FRESH_WITHIN_MS, null));
    return (await Promise.race([asked, slow])) ?? (await kept(address.pathname)) ?? (await asked);
  } catch {
    return (isKept && (await kept(address.pathname))) || offline();
  }
}

/* The page from the network, kept under its guide; whatever any other guide left is gone. */
async function fetched(path, request = path) {
  const response = await fetch(request, request === path ? { redirect: "manual" } : undefined);
  const guide = response.headers.get("X-Guide");
  if (response.type === "opaqueredirect" || response.redirected || !response.ok || !guide) {
    if (response.type === "opaqueredirect") await forgetOthers(null);
    return response;
  }
  await forgetOthers(guide);
  const headers = new Headers(response.headers);
  headers.set("X-Kept-At", String(Date.now()));
  const copy = new Response(await response.clone().blob(), { status: 200, headers });
  await (await caches.open(`guide-pages-${guide}`)).put(path, copy);
  return response;
}

async function forgetOthers(guide) {
  const names = (await caches.keys()).filter((name) => name.startsWith("guide-pages-"));
  await Promise.all(names.filter((name) => name !== `guide-pages-${guide}`).map((name) => caches.delete(name)));
}

async function kept(path) {
  for (const name of await caches.keys()) {
    if (!name.startsWith("guide-pages-")) continue;
    const found = await (await caches.open(name)).match(path);
    if (found && Date.now() - Number(found.headers.get("X-Kept-At")) < KEPT_MS) return found;
  }
  return null;
}

function offline() {
  const text = "<!DOCTYPE html><html lang='zh-CN'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    + "<title>没有网络</title><h1>没有网络</h1><p>这一页要有网络才能打开。已记下的还在手机里,联网后会自动发出。</p>"
    + "<p><a href='" + PAGES[0] + "'>回到核验</a></p>";
  return new Response(text, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}
