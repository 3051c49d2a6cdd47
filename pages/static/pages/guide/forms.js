/* Forms whose answer the phone keeps like a tap and sends when it can: data-queue names what is kept. */

import { add, send, state } from "./queue.js";

const number = (facts, name) => (facts.get(name) ? Number(facts.get(name)) : null);
const text = (facts, name) => facts.get(name) ?? "";

function chosen(form, name) {
  return form.querySelector(`[name="${name}"]:checked`)?.closest("label").querySelector("span").firstChild.textContent.trim() ?? "";
}

/* By what is kept: the facts, and how the screen calls it. */
const READ = {
  spot_check: (facts, form) => ({
    body: {
      point: Number(form.dataset.point),
      looked_at_count: Number(facts.get("looked_at_count")),
      wrong_count: Number(facts.get("wrong_count")),
      category: text(facts, "category"),
      purity_rate: facts.get("purity_percent") ? Number(facts.get("purity_percent")) / 100 : null,
      is_staffed: facts.get("is_staffed") === "yes",
      note: text(facts, "note"),
    },
    what: `抽查 查 ${facts.get("looked_at_count")} 错 ${facts.get("wrong_count")}`,
  }),
  shift_start: (facts, form) => ({
    body: {
      point: number(facts, "point"),
      latitude: facts.get("share_place") ? number(facts, "latitude") : null,
      longitude: facts.get("share_place") ? number(facts, "longitude") : null,
    },
    what: `上岗 ${chosen(form, "point")}`,
  }),
  shift_end: () => ({ body: {}, what: "下岗" }),
  problem: (facts, form) => ({
    body: { point: Number(form.dataset.point), what: text(facts, "kind"), bin: number(facts, "bin"), note: text(facts, "note") },
    what: `问题 ${chosen(form, "kind")}`,
  }),
  visit: (facts) => ({
    body: { code: text(facts, "code"), is_met: facts.get("is_met") === "yes", note: text(facts, "note") },
    what: `入户 ${text(facts, "code")}`,
  }),
  verdict: (facts, form, button) => {
    const isCategory = !["CORRECT", "CONTAMINATED"].includes(button.value);
    return {
      body: {
        drop_off: Number(form.dataset.dropOff),
        verdict: isCategory ? "MISPLACED" : button.value,
        actual_category: isCategory ? button.value : "",
        note: text(facts, "note"),
      },
      what: `${form.querySelector(".what strong").textContent.trim()} ${isCategory ? "误投" : button.textContent.trim()}`,
    };
  },
};

async function submitted(event) {
  const form = event.target;
  const button = event.submitter;
  // A button with an address of its own, or a picture alone, is none of the queue's.
  if (button?.hasAttribute("formaction") || (form.dataset.queue === "verdict" && button?.name !== "tap")) return;
  event.preventDefault();
  const facts = new FormData(form);
  const { body, what } = READ[form.dataset.queue](facts, form, button);
  const photo = [...facts.values()].find((value) => value instanceof File && value.size > 0) ?? null;
  const item = await add(form.dataset.queue, body, what, photo);
  if (form.dataset.queue === "spot_check") {
    say(form, `已记下:${what.replace("抽查 ", "")}。`);
    form.reset();
    return;
  }
  say(form, `已记下:${what}。正在发出……`);
  await send();
  if (state.waiting.some((each) => each.id === item.id)) {
    say(form, `已记下:${what}。还没有发出,等有网络再发出。`);
    form.reset();
  } else if (state.refused.some((each) => each.id === item.id && !each.isRecorded)) {
    say(form, "没有记上,原因在页面上方。");
    document.getElementById("refused").scrollIntoView();
  } else {
    location.assign(form.dataset.then ?? location.pathname);
  }
}

function say(form, words) {
  let place = form.querySelector(".kept") ?? form.parentElement.querySelector(`#${form.id}-said`);
  if (!place) {
    place = Object.assign(document.createElement("p"), { className: "said kept" });
    place.setAttribute("role", "status");
    form.append(place);
  }
  place.textContent = words;
  place.hidden = false;
}

export function begin() {
  for (const form of document.querySelectorAll("form[data-queue]")) form.addEventListener("submit", submitted);
}
