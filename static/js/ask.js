// Sends a question once, and lets the page it leads to show the answer as it is made. Without this
// script the form is sent as it is, and the answer is there when the page is.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-ask]");
  if (!form) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.elements.stream.value = "true";
  // After the browser has read the form: a disabled button would not be sent.
  setTimeout(() => setBusy(form, true));
});

// The way back in the browser's history finds the form usable.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-ask]")) setBusy(form, false);
});

document.addEventListener("keydown", (event) => {
  const isSend = event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (!isSend || !event.target.matches("form[data-ask] textarea")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

function setBusy(form, isBusy) {
  if (!isBusy) delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) button.disabled = isBusy;
}
