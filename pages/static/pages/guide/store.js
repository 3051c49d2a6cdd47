/* What this phone keeps until it is sent: one IndexedDB store, every item under the guide who tapped it. */

const NAME = "fenfen-guide";
const STORE = "items";

let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" }).createIndex("guide", "guide");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opening;
}

async function run(mode, work) {
  const transaction = (await database()).transaction(STORE, mode);
  return new Promise((resolve, reject) => {
    const asked = work(transaction.objectStore(STORE));
    // A write is kept when the transaction is, not before.
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** Every item of the guide, in the order in which it was tapped. */
export async function itemsOf(guide) {
  const items = await run("readonly", (store) => store.index("guide").getAll(guide));
  return items.sort((one, other) => one.at - other.at || one.turn - other.turn);
}

export function keep(item) {
  return run("readwrite", (store) => store.put(item));
}

export function drop(id) {
  return run("readwrite", (store) => store.delete(id));
}

/** Forget all that a guide left here. */
export async function forget(guide) {
  for (const item of await itemsOf(guide)) await drop(item.id);
}
