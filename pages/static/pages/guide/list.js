/* The list: a tap answers at once, what is new comes by itself, and nothing moves under a thumb. */

import { add, changes, state } from "./queue.js";

const EVERY_MS = 5_000;
const UNDO_S = 60;
const THUMB_RESTS_MS = 2_000; // after a touch nothing is put in front of what may be touched next
const SETTLING_MS = 500; // a card that has just moved takes no tap
const WORDS = { CORRECT: "合格", CONTAMINATED: "混投" };

const form = document.getElementById("list");
const news = document.getElementById("news");
/* By drop-off: what was tapped here and the platform's list may not show yet. */
const said = new Map();
const recalled = new Set(); // the items that were put into it once: what the list said since holds
let isFirst = true; // no list came yet: the page may be one that the service worker kept
const shown = new Map();
let etag = "";
let known = ""; // the list under that tag
let touchedAt = -Infinity;
let movedAt = -Infinity; // nothing has moved: 0 is when the page was opened, and a quick thumb taps right then
let coming = null;

function cards() {
  return form.querySelectorAll("#drops > li");
}

function numberOf(card) {
  return Number(card.id.slice(1));
}

function judgeBlock(number, category) {
  const block = document.getElementById("judge-block").content.cloneNode(true);
  for (const button of block.querySelectorAll("button")) {
    if (button.value === category) button.remove();
    else button.value = `${number}.${button.value}`;
  }
  return block;
}

function judgedBlock(tap) {
  const block = document.createElement("div");
  block.className = `judged ${tap.verdict}`;
  const word = document.createElement("b");
  word.textContent = tap.word;
  block.append(word);
  if (tap.isWaiting) {
    const mark = document.createElement("span");
    mark.className = "soft";
    mark.textContent = "待发";
    block.append(mark);
  }
  if (tap.until > Date.now() / 1000) {
    const undo = document.createElement("button");
    undo.className = "undo";
    undo.name = "undo";
    undo.value = tap.id;
    undo.dataset.until = String(tap.until);
    undo.textContent = "撤回";
    block.append(undo);
  }
  return block;
}

/** Show on the card what was tapped here, instead of what the platform's list says. */
function cover(card) {
  const tap = said.get(numberOf(card));
  if (!tap) return;
  const old = card.querySelector(".judge, .judged");
  old.replaceWith(tap.isUndone ? judgeBlock(numberOf(card), card.dataset.c) : judgedBlock(tap));
  countDown();
}

async function tapped(button) {
  const [number, code] = button.value.split(".");
  const isCategory = !(code in WORDS);
  const card = document.getElementById(`d${number}`);
  const tap = {
    id: "",
    verdict: isCategory ? "MISPLACED" : code,
    word: isCategory ? `误投(${button.textContent.trim()})` : WORDS[code],
    until: Math.floor(Date.now() / 1000) + UNDO_S,
    isWaiting: true,
    isUndone: false,
    answeredAt: 0,
  };
  said.set(Number(number), tap);
  cover(card);
  const item = await add("verdict", {
    drop_off: Number(number),
    verdict: tap.verdict,
    actual_category: isCategory ? code : "",
  }, `${nameOf(card)} ${tap.word}`);
  tap.id = item.id;
  recalled.add(item.id);
  const undo = card.querySelector("button.undo");
  if (undo) undo.value = tap.id;
}

async function undone(button) {
  const card = button.closest("li");
  const tap = { id: "", isUndone: true, isWaiting: true, answeredAt: 0 };
  said.set(numberOf(card), tap);
  cover(card);
  const item = await add("undo", { of: button.value, drop_off: numberOf(card) }, `${nameOf(card)} 撤回`);
  tap.id = item.id;
  recalled.add(item.id);
}

function answered(ids) {
  for (const tap of said.values()) {
    if (!ids.includes(tap.id)) continue;
    tap.isWaiting = false;
    tap.answeredAt = performance.now();
  }
  for (const card of cards()) cover(card);
  ask();
}

/** Taps that this page did not see: they were kept on the phone before it was opened, and may have been sent since the
    page was kept. */
function recall() {
  const tapped = [...state.waiting, ...(isFirst ? state.sent : [])].sort((one, other) => one.at - other.at || one.turn - other.turn);
  for (const item of tapped) {
    const known = said.get(item.body.drop_off);
    if (recalled.has(item.id) || known?.id === item.id || (known && known.id === "")) continue;
    recalled.add(item.id);
    const isWaiting = !item.sentAt;
    // What the platform has recorded holds until it tells the list itself.
    const tap = { id: item.id, isUndone: item.kind === "undo", isWaiting, answeredAt: isWaiting ? 0 : 1 };
    if (item.kind === "undo" && item.body.drop_off) said.set(item.body.drop_off, tap);
    if (item.kind !== "verdict") continue;
    const word = item.body.actual_category ? `误投(${shortWord(item.body.actual_category)})` : WORDS[item.body.verdict];
    const until = Math.floor(item.at / 1000) + UNDO_S;
    said.set(item.body.drop_off, { ...tap, verdict: item.body.verdict, word, until });
  }
  for (const card of cards()) cover(card);
}

/** 实为厨余, as the button says it. */
function shortWord(category) {
  return document.getElementById("judge-block").content.querySelector(`button[value="${category}"]`)?.textContent.trim() ?? "";
}

function nameOf(card) {
  return card.querySelector(".what a").textContent.trim();
}

/** Ask for the list again; what changed goes into the page when no thumb is near. */
async function ask() {
  if (document.hidden || !form.hasAttribute("data-live")) return;
  const askedAt = performance.now();
  try {
    const response = await fetch(form.dataset.list, {
      headers: etag ? { "If-None-Match": etag } : {},
      redirect: "manual",
      cache: "no-store",
    });
    state.isOffline = false;
    isFirst = false;
    if (response.status === 304) return stillSo(askedAt);
    if (response.status !== 200) return;
    etag = response.headers.get("ETag") ?? "";
    known = await response.text();
    coming = { content: contentOf(known), askedAt };
    arrive();
  } catch {
    state.isOffline = true;
    changes.dispatchEvent(new CustomEvent("change", { detail: { answered: [] } }));
  }
}

function contentOf(text) {
  const template = document.createElement("template");
  template.innerHTML = text;
  return template.content;
}

/** The list is as it was; but an answer that came since may say that what it shows holds, not what was tapped here. */
function stillSo(askedAt) {
  if (![...said.values()].some((tap) => tap.answeredAt > 0)) return;
  update([...contentOf(known).querySelectorAll("#drops > li")], askedAt);
}

function arrive(isWanted = false) {
  if (!coming) return;
  const fresh = [...coming.content.querySelectorAll("#drops > li")];
  const newCount = fresh.filter((card) => !document.getElementById(card.id)).length;
  const isThumbNear = performance.now() - touchedAt < THUMB_RESTS_MS || scrollY > 80 || form.querySelector("details[open]");
  if (newCount > 0 && isThumbNear && !isWanted) {
    news.textContent = `有 ${newCount} 条新投放`;
    news.hidden = false;
    update(fresh.filter((card) => document.getElementById(card.id)), coming.askedAt);
    return;
  }
  news.hidden = true;
  const list = document.getElementById("drops");
  update(fresh, coming.askedAt);
  const order = fresh.map((card) => document.getElementById(card.id) ?? added(card));
  list.replaceChildren(...order);
  form.querySelector(".empty")?.remove();
  const empty = coming.content.querySelector(".empty");
  if (empty) form.append(empty);
  coming = null;
  if (newCount > 0) movedAt = performance.now();
  if (isWanted) scrollTo({ top: 0 });
}

function added(card) {
  shown.set(card.id, card.innerHTML);
  card.classList.add("new");
  cover(card);
  return card;
}

/** Bring cards that are in the page up to date, but for one that is being judged. */
function update(fresh, askedAt) {
  for (const card of fresh) {
    const old = document.getElementById(card.id);
    if (!old || old.querySelector("details[open]")) continue;
    const tap = said.get(numberOf(card));
    const isSettled = tap && tap.answeredAt > 0 && tap.answeredAt <= askedAt;
    if (isSettled) said.delete(numberOf(card));
    if (!isSettled && (tap || shown.get(card.id) === card.innerHTML)) continue;
    shown.set(card.id, card.innerHTML);
    old.innerHTML = card.innerHTML;
  }
}

function countDown() {
  const now = Date.now() / 1000;
  for (const button of form.querySelectorAll("button[data-until]")) {
    const left = Math.ceil(Number(button.dataset.until) - now);
    if (left > 0) button.textContent = `撤回 ${left}`;
    else button.remove();
  }
}

/** Take the list over from the plain form. */
export function begin() {
  if (!form) return;
  for (const card of cards()) shown.set(card.id, card.innerHTML);
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.name) return;
    event.preventDefault();
    if (performance.now() - movedAt < SETTLING_MS) return;
    if (button.name === "tap") tapped(button);
    if (button.name === "undo" && button.value) undone(button);
  });
  document.addEventListener("pointerdown", () => {
    touchedAt = performance.now();
  });
  news.addEventListener("click", () => arrive(true));
  changes.addEventListener("change", (event) => {
    recall();
    if (event.detail.answered.length > 0) answered(event.detail.answered);
  });
  document.addEventListener("visibilitychange", ask);
  if (!form.hasAttribute("data-live")) isFirst = false; // a page that is never kept: it is as it stands
  recall();
  if (state.sent.length > 0) ask();
  countDown();
  setInterval(countDown, 1_000);
  setInterval(() => (coming ? arrive() : ask()), EVERY_MS);
}
