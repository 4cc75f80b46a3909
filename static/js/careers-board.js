// The search of the board: a filter chosen on a wide screen applies at once, and an address holds only what
// was chosen. Without this script the button applies the filters.
const form = document.getElementById("board-search");
const wide = matchMedia("(min-width: 60.0625rem)");

form.addEventListener("submit", () => {
  const zip = form.elements.zip.value.trim();
  for (const field of form.elements) {
    const isUnset = field.value === "" || (field.name === "radius" && !zip);
    if (field.name && isUnset) field.disabled = true;
  }
});

// Back from a job, the fields that were left out are there again.
addEventListener("pageshow", () => {
  for (const field of form.elements) field.disabled = false;
});

form.addEventListener("change", (event) => {
  const isChoice = event.target.matches(".filters input, #board-sort");
  if (isChoice && (wide.matches || event.target.id === "board-sort")) form.requestSubmit();
});
