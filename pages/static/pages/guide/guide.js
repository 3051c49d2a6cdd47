/* What every screen of a guide does with a script: the clock, what waits, what was refused, and leaving the phone clean. */

import { begin as beginList } from "./list.js";
import { begin as beginQueue, changes, dismiss, guide, send, state } from "./queue.js";
import { begin as beginForms } from "./forms.js";
import { begin as beginShrinking } from "./shrink.js";
import { forget } from "./store.js";

const frame = document.getElementById("guide");
const waiting = document.getElementById("waiting");
const refused = document.getElementById("refused");

function element(name, text, others = {}) {
  return Object.assign(document.createElement(name), { textContent: text }, others);
}

function showWaiting() {
  const count = state.waiting.length;
  const words = [];
  if (state.isOffline) words.push("没有网络");
  else if (state.isFailing) words.push("平台暂时出错");
  if (count > 0) words.push(`待发 ${count}`);
  waiting.replaceChildren(words.join(" · "));
  if (state.isSignedOut && count > 0) {
    waiting.append(" ", element("a", "重新登录后发出", { href: frame.dataset.signIn }));
  }
  waiting.hidden = words.length === 0;
}

function showRefused() {
  refused.hidden = state.refused.length === 0;
  if (refused.hidden) return;
  const list = element("ul", "");
  for (const item of state.refused) {
    const line = element("li", `${item.what ?? "一条记录"}:${item.message}`);
    line.append(element("button", "知道了", { type: "button", className: "button quiet", onclick: () => dismiss(item.id) }));
    list.append(line);
  }
  const count = state.refused.filter((item) => !item.isRecorded).length;
  refused.replaceChildren(element("b", count > 0 ? `有 ${count} 条未收下` : "已收下,请看"), list);
}

function showClock() {
  const clock = document.getElementById("clock");
  if (!clock) return;
  const minutes = Math.max(0, Math.floor((Date.now() / 1000 - Number(clock.dataset.since)) / 60));
  clock.textContent = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Whoever leaves the phone leaves nothing on it: first everything is sent, then everything is forgotten. */
async function leave(event) {
  event.preventDefault();
  const form = event.target;
  await send();
  if (state.waiting.length > 0) {
    refused.hidden = false;
    refused.replaceChildren(`还有 ${state.waiting.length} 条没有发出。请等有网络、发出以后再换人或退出。`);
    return;
  }
  if (state.refused.length > 0) {
    // They are read before they go: the next guide must not find them, and this one must not miss them.
    showRefused();
    refused.append(element("p", "请先看过、点“知道了”,再换人或退出。"));
    refused.scrollIntoView();
    return;
  }
  await forget(guide);
  for (const name of await keptPages()) await caches.delete(name);
  form.submit();
}

async function keptPages() {
  // A guide who is a resident too may have looked at the own points on this phone.
  const isOfSomebody = (name) => name.startsWith("guide-pages-") || name === "my-seen";
  return "caches" in window ? (await caches.keys()).filter(isOfSomebody) : [];
}

function tellPlace(box) {
  const { latitude, longitude } = box.form.elements;
  if (!box.checked) {
    latitude.value = longitude.value = "";
    return;
  }
  navigator.geolocation?.getCurrentPosition((found) => {
    if (!box.checked) return;
    latitude.value = found.coords.latitude.toFixed(5);
    longitude.value = found.coords.longitude.toFixed(5);
  });
}

/** From then on the list and the spot check open without a network too. */
async function keepPages() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(frame.dataset.worker);
  const worker = (await navigator.serviceWorker.ready).active;
  worker.postMessage({ keep: guide, shift: frame.dataset.shift });
}

async function begin() {
  changes.addEventListener("change", showWaiting);
  changes.addEventListener("change", showRefused);
  showClock();
  setInterval(showClock, 20_000);
  beginShrinking();
  for (const box of document.querySelectorAll("input[data-place]")) {
    box.addEventListener("change", () => tellPlace(box));
  }
  // Where nothing can be kept, the plain forms do the work.
  await beginQueue();
  beginList();
  beginForms();
  for (const form of document.querySelectorAll("form[data-leave]")) form.addEventListener("submit", leave);
  document.documentElement.dataset.ready = "yes";
  await keepPages();
}

begin();
