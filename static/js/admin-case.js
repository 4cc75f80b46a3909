// The page of a case: canned texts go in at the cursor, and text that is not sent is not lost.
const form = document.getElementById("case-form");
const reply = form.elements.reply;
const note = form.elements.note;
const unsent = form.querySelector("[data-unsent]");

form.querySelector("[data-insert]").addEventListener("click", (event) => {
  event.preventDefault();
  const choice = form.elements.canned.selectedOptions[0];
  if (!choice?.dataset.text) {
    form.elements.canned.focus();
    return;
  }
  const before = reply.value.slice(0, reply.selectionStart).trimEnd();
  const after = reply.value.slice(reply.selectionEnd).trimStart();
  const start = before ? `${before}\n\n` : "";
  const end = after ? `\n\n${after}` : "";
  reply.value = start + choice.dataset.text.trim() + end;
  reply.selectionStart = reply.selectionEnd = reply.value.length - end.length;
  reply.focus();
  reply.dispatchEvent(new Event("input", { bubbles: true }));
});

const isUnsent = () => [reply, note].some((box) => box.value.trim());
const show = () => {
  unsent.hidden = !reply.value.trim();
  unsent.textContent = "Not sent yet.";
};
form.addEventListener("input", show);

let isSubmitting = false;
form.addEventListener("submit", (event) => {
  isSubmitting = true;
  if (event.submitter?.value === "draft") {
    unsent.hidden = false;
    unsent.textContent = "The assistant is writing a draft…";
  }
});
addEventListener("pageshow", () => {
  isSubmitting = false;
  show();
});
addEventListener("beforeunload", (event) => {
  if (!isSubmitting && isUnsent()) event.preventDefault();
});

document.querySelector("#changes, [data-focus]")?.focus();
