/* From the first visit on, the screens have an answer without a network. The pages themselves need no script. */

const { worker } = document.currentScript.dataset;

async function begin() {
  if (!("serviceWorker" in navigator)) return;
  const isFirst = !navigator.serviceWorker.controller;
  await navigator.serviceWorker.register(worker);
  if (isFirst) (await navigator.serviceWorker.ready).active.postMessage("look");
}

// What the page itself needs goes before.
addEventListener("load", begin);
