/* The queue: every tap is kept first and sent then, with an id of its own, until the platform has answered it. */

import { drop, itemsOf, keep } from "./store.js";

const SENT_AT_ONCE = 100;
const AGAIN_MS = 5_000;
const ANSWER_WITHIN_MS = 20_000;

const frame = document.getElementById("guide");
export const guide = Number(frame?.dataset.guide ?? 0);

let turn = 0;
let sending = null;
let again = 0;

/** What the screen shows: "waiting" and "refused" items, and whether the network or the sign-in is gone. */
export const state = { waiting: [], refused: [], isOffline: !navigator.onLine, isSignedOut: false };

export const changes = new EventTarget();

function newId() {
  // randomUUID exists only where the page came over TLS.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function refresh(answered = []) {
  const items = await itemsOf(guide);
  state.waiting = items.filter((item) => !item.message);
  state.refused = items.filter((item) => item.message);
  changes.dispatchEvent(new CustomEvent("change", { detail: { answered } }));
}

/** Keep one tap and send it; its item. */
export async function add(kind, body) {
  const item = { id: newId(), guide, kind, body, at: Date.now(), turn: (turn += 1) };
  await keep(item);
  await refresh();
  send();
  return item;
}

/** Drop what was refused, once it was read. */
export async function dismiss() {
  for (const item of state.refused) await drop(item.id);
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
  for (;;) {
    const items = (await itemsOf(guide)).filter((item) => !item.message).slice(0, SENT_AT_ONCE);
    if (items.length === 0) break;
    const answer = await post(items);
    if (answer === null) {
      again = setTimeout(send, AGAIN_MS);
      break;
    }
    for (const result of answer.results) {
      if (result.fate === "recorded") await drop(result.id);
      else await keep({ ...items.find((item) => item.id === result.id), message: result.message });
    }
    await refresh(answer.results.map((result) => result.id));
  }
  await refresh();
}

/** The platform's answer; null where there is none, and the items stay. */
async function post(items) {
  const now = Date.now();
  const body = items.map(({ id, kind, body: facts, at }) => ({ id, kind, age_s: Math.max(0, now - at) / 1000, ...facts }));
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ANSWER_WITHIN_MS);
  try {
    const response = await fetch(frame.dataset.send, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") },
      body: JSON.stringify({ items: body }),
      redirect: "manual",
      cache: "no-store",
      signal: controller.signal,
    });
    state.isOffline = false;
    state.isSignedOut = response.type === "opaqueredirect" || response.status === 403;
    return response.ok ? await response.json() : null;
  } catch {
    state.isOffline = true;
    return null;
  } finally {
    clearTimeout(timer);
  }
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
