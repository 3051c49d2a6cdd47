/* A photo is made small in the phone before it is sent: a third of a megabyte instead of eight. */

const SIDE_MAX = 1_600;
const QUALITY = 0.8;

async function shrunk(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
}

async function shrink(input) {
  const [file] = input.files;
  if (!file) return;
  try {
    const kept = new DataTransfer();
    kept.items.add(await shrunk(file));
    input.files = kept.files;
  } catch {
    // What the browser cannot read goes as it is: the platform says what is wrong with it.
  }
  if (input.hasAttribute("data-send-at-once")) input.form.requestSubmit();
}

export function begin() {
  for (const input of document.querySelectorAll("input[data-shrink]")) {
    input.addEventListener("change", () => shrink(input));
  }
}
