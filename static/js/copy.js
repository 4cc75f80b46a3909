// Copy and print: the buttons marked data-copy and data-print, and the key `c`.
const SHOWN_MS = 2000;

async function toClipboard(text) {
  if (navigator.clipboard && isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Plain http has no clipboard of its own.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copying is not allowed here");
}

async function copy(button) {
  const label = button.querySelector("[data-copy-label]") ?? button;
  const before = (label.dataset.before ??= label.textContent);
  const told = document.getElementById("copy-told");
  try {
    await toClipboard(button.dataset.copy);
    label.textContent = "Copied";
    button.classList.add("is-done");
    if (told) told.textContent = `${button.dataset.copy} copied`;
  } catch {
    label.textContent = "Not copied";
    if (told) told.textContent = "The browser did not allow copying";
  }
  setTimeout(() => {
    label.textContent = before;
    button.classList.remove("is-done");
    if (told) told.textContent = "";
  }, SHOWN_MS);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  if (event.target.closest("[data-print]")) print();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (document.querySelector("dialog[open]") || String(getSelection())) return;
  // Among results the code of the row that has the focus, else the code of the page.
  const row = event.target.closest("[data-code]");
  const button = (row ?? document).querySelector("[data-copy]");
  if (button && (row || !button.closest("[data-code]"))) copy(button);
});
