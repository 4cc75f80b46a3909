// Tells that a changed selection is not in the list of accepted codes yet, and brings the words
// of the note into sight. Without this script everything works as well.
const form = document.querySelector("[data-note-review]");

if (form) {
  const update = form.querySelector('[value="update"]');
  form.addEventListener("change", () => {
    update.textContent = "Update selection (changed)";
  });
  form.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#mark-"]');
    if (link) document.querySelector(link.hash)?.scrollIntoView({ block: "center" });
  });
}
