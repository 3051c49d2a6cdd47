/* The queue: every tap is kept first and sent then, with an id of its own, until the platform has answered it. */

import { drop, itemsOf, keep } from "./store.js";

const SENT_AT_ONCE = 100;
const AGAIN_MS = 5_000;
const ANSWER_WITHIN_MS = 20_000;
const SENT_KEPT_MS = 12 * 60 * 60 * 1000; // as long as the service worker keeps a page
const REMEMBERED = ["verdict", "undo"]; // what a page shows that was kept before it was tapped
/* Of one item alone these are final. A sign-in that is over (403), a wait (408, 429) and our own faults (5xx) are not. */
const isFinal = (status) => status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);

const frame = document.getElementById("guide");
export const guide = Number(frame?.dataset.guide ?? 0);

let turn = 0;
let sending = null;
let again = 0;

/* What the screen shows: items that wait, those that were refused, those that were recorded and that a page kept from
   before does not show yet; whether the network or the sign-in is gone, and whether the platform fails. */
export const state = { waiting: [], refused: [], sent: [], isOffline: !navigator.onLine, isSignedOut: false, isFailing: false };

export const changes = new EventTarget();

function newId() {
  // randomUUID exists only where the page came over TLS.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function refresh(answered = []) {
  const items = await itemsOf(guide);
  state.waiting = items.filter((item) => !item.message && !item.sentAt);
  state.refused = items.filter((item) => item.message);
  state.sent = items.filter((item) => item.sentAt);
  changes.dispatchEvent(new CustomEvent("change", { detail: { answered } }));
}

/** Keep one tap and send it; its item. `what` is how the screen calls it, `photo` a file that goes with it or null. */
export async function add(kind, body, what, photo = null) {
  const item = { id: newId(), guide, kind, body, what, photo, at: Date.now(), turn: (turn += 1) };
  await keep(item);
  await refresh();
  send();
  return item;
}

/** Put one refused item away, once it was read. */
export async function dismiss(id) {
  await drop(id);
  await refresh();
}

/** Send all that waits; resolves when it is sent or cannot be. */
export function send() {
  sending ??= sendAll().finally(() => {
    sending = null;
  });
  return sending;
}

async function sendAll() {
  clearTimeout(again);
  const stuck = new Set(); // what the platform fails on now, one by one: the others go on without it
  let atOnce = SENT_AT_ONCE;
  for (;;) {
    const items = (await itemsOf(guide)).filter((item) => !item.message && !item.sentAt && !stuck.has(item.id));
    const some = together(items, atOnce);
    if (some.length === 0) break;
    const { status, results, message } = await post(some);
    if (results) {
      await settle(some, results);
    } else if (status >= 400 && status !== 401 && status !== 403 && some.length > 1) {
      atOnce = 1;
    } else if (isFinal(status)) {
      await settle(some, [{ fate: "refused", message }]);
    } else if (status >= 500) {
      stuck.add(some[0].id);
    } else {
      again = setTimeout(send, AGAIN_MS);
      break;
    }
  }
  state.isFailing = stuck.size > 0;
  if (state.isFailing) again = setTimeout(send, AGAIN_MS);
  await forgetOldSent();
  await refresh();
}

/** The next items for one request: at most one of them with a photo. */
function together(items, most) {
  const second = items.findIndex((item, number) => item.photo && items.slice(0, number).some((each) => each.photo));
  return items.slice(0, second < 0 ? most : Math.min(most, second));
}

/** Each item's fate, in the order in which they were sent. */
async function settle(items, results) {
  for (const [number, item] of items.entries()) {
    const { fate, message } = results[number];
    if (fate !== "recorded") await keep({ ...item, message });
    else if (message) await keep({ ...item, message, isRecorded: true });
    else if (REMEMBERED.includes(item.kind)) await keep({ ...item, sentAt: Date.now() });
    else await drop(item.id);
  }
  await refresh(items.map((item) => item.id));
}

async function forgetOldSent() {
  for (const item of state.sent) if (Date.now() - item.sentAt > SENT_KEPT_MS) await drop(item.id);
}

/** What the platform said: its status (0: no answer, and the items stay), its results or why there are none. */
async function post(items) {
  const now = Date.now();
  const body = items.map(({ id, kind, body: facts, at }) => ({ id, kind, age_s: Math.max(0, now - at) / 1000, ...facts }));
  const photos = items.filter((item) => item.photo);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ANSWER_WITHIN_MS);
  try {
    const response = await fetch(frame.dataset.send, {
      method: "POST",
      headers: { "X-CSRFToken": cookie("csrftoken"), ...(photos.length > 0 ? {} : { "Content-Type": "application/json" }) },
      body: photos.length > 0 ? formOf(body, photos) : JSON.stringify({ items: body }),
      redirect: "manual",
      cache: "no-store",
      signal: controller.signal,
    });
    state.isOffline = false;
    state.isSignedOut = response.type === "opaqueredirect" || response.status === 403;
    const said = await response.json().catch(() => ({}));
    const isAnswered = response.ok && said.results?.length === items.length;
    return {
      status: response.ok && !isAnswered ? 500 : response.status,
      results: isAnswered ? said.results : null,
      message: said.message ?? `平台没有收下(${response.status})`,
    };
  } catch {
    state.isOffline = true;
    return { status: 0, results: null, message: "" };
  } finally {
    clearTimeout(timer);
  }
}

function formOf(body, photos) {
  const form = new FormData();
  form.append("items", JSON.stringify({ items: body }));
  for (const item of photos) form.append(`photo-${item.id}`, item.photo, "photo.jpg");
  return form;
}

function cookie(name) {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
  return found ? found.slice(name.length + 1) : "";
}

/** Show what was left here before, and send it. */
export async function begin() {
  addEventListener("online", () => {
    state.isOffline = false;
    send();
  });
  addEventListener("offline", () => {
    state.isOffline = true;
    refresh();
  });
  await refresh();
  if (state.waiting.length > 0) send();
}
