/* The residents' screens without a network: one page, the files it is made of, and the balance last seen. */

const FILES = "my-files-{{ version }}";
const ASSETS = {{ assets|safe }};
const HOME = "{% url 'my-home' %}";
const SHELL = "{% url 'my-offline' %}";
const DOORS = {{ doors|safe }};
const WAYS_OUT = {{ ways_out|safe }};
const SEEN = "my-seen";
const WORDS = {{ words|safe }};
const KEPT_MS = {{ kept_ms }}; // as long as somebody stays signed in
const ANSWER_WITHIN_MS = 20_000; // a line that is slower than this is taken for none

let leavings = 0; // what was asked for before somebody left is not kept after

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll([...ASSETS, SHELL])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith("my-files-") && name !== FILES))
      .then((names) => Promise.all(names.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

/* The first page was opened before this worker was there: what it would have said is asked for once more. */
self.addEventListener("message", (event) => {
  if (event.data === "look") event.waitUntil(look());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    const isPost = request.method === "POST";
    const isLeaving = isPost ? WAYS_OUT.some((way) => address.pathname.startsWith(way)) : DOORS.includes(address.pathname);
    if (isLeaving) event.waitUntil(forget());
    if (request.method === "GET") event.respondWith(page(event));
  } else if (request.method === "GET" && ASSETS.includes(address.pathname)) {
    event.respondWith(fetch(request).catch(async () => (await (await caches.open(FILES)).match(request)) ?? Response.error()));
  }
});

async function page(event) {
  const before = leavings;
  const asked = fetch(event.request);
  event.waitUntil(asked.then((response) => note(response, before)).catch(() => null));
  const tooSlow = new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS, null));
  return (await Promise.race([asked, tooSlow]).catch(() => null)) ?? shell();
}

async function look() {
  const before = leavings;
  await note(await fetch(HOME, { method: "HEAD", redirect: "manual", cache: "no-store" }), before);
}

/* Keep what the first screen shows; whatever another resident left is gone. */
async function note(response, before) {
  await keepShellLike(response);
  const resident = response.headers.get("X-Resident");
  if (!resident) return;
  const cache = await caches.open(SEEN);
  const kept = await cache.match(HOME);
  if (kept && kept.headers.get("X-Resident") !== resident) await cache.delete(HOME);
  const seen = response.headers.get("X-Seen");
  if (seen && leavings === before) await cache.put(HOME, new Response(seen, { headers: { "X-Resident": resident } }));
  if (leavings !== before) await forget();
}

/* The page of its own follows the size of text and the language of the screens. */
async function keepShellLike(response) {
  const files = await caches.open(FILES);
  const kept = await files.match(SHELL);
  const differs = (name) => response.headers.has(name) && response.headers.get(name) !== kept.headers.get(name);
  if (kept && (differs("X-Text-Size") || differs("Content-Language"))) await files.add(SHELL);
}

/* A resident may be a guide too: no page that a guide saw stays either. What a guide has not sent yet does. */
async function forget() {
  leavings += 1;
  const names = (await caches.keys()).filter((name) => name === SEEN || name.startsWith("guide-pages-"));
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function lastSeen() {
  const kept = await (await caches.open(SEEN)).match(HOME);
  if (!kept) return null;
  const seen = await kept.json();
  return Date.now() - Date.parse(seen.at) < KEPT_MS ? seen : null;
}

/* The page of its own, as strict as the server sent it. */
async function shell() {
  const kept = await (await caches.open(FILES)).match(SHELL);
  if (!kept) return Response.error();
  const seen = await lastSeen();
  const html = await kept.text();
  const headers = new Headers({ "Cache-Control": "no-store" });
  for (const name of ["Content-Type", "Content-Language", "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"]) {
    if (kept.headers.has(name)) headers.set(name, kept.headers.get(name));
  }
  const language = WORDS[kept.headers.get("Content-Language")] ?? WORDS["zh-hans"];
  const shown = seen ? html.replace(/<!--seen-->[^]*<!--\/seen-->/, words(seen, language)) : html;
  return new Response(shown, { status: 503, headers });
}

function words({ available, pending, at }, language) {
  // The moment is the district's clock as the server wrote it, whatever the phone's own says.
  const [, month, day, time] = /^\d+-(\d+)-(\d+)T(\d+:\d+)/.exec(at);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const when = fill(language.heading, { month: language.months[month - 1], day: Number(day), time });
  const more = pending ? `<p class="soft">${fill(language.pending, { points: plain(pending) })}</p>` : "";
  return `<h2>${when}</h2><p class="big">${plain(available)}<small> ${language.unit}</small></p>${more}`;
}

function plain(figure) {
  return figure.replace(/[^\d,-]/g, "");
}
