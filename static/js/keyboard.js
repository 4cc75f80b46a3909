// `/` goes to the look-up box, `?` opens the help, the arrows move through results; Escape and a click
// elsewhere close the menus.
const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;

  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    return;
  }

  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    moveThroughResults(event);
    return;
  }

  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    const lookup = document.getElementById("lookup");
    if (!lookup) return;
    event.preventDefault();
    lookup.focus();
    lookup.select();
  } else if (event.key === "?") {
    document.getElementById("keyboard-help").showModal();
  }
});

function moveThroughResults(event) {
  const links = [...document.querySelectorAll("[data-arrow-keys] a.result-code")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const fromLookup = event.target.id === "lookup" && event.key === "ArrowDown";
  if (at < 0 && !fromLookup) return;
  event.preventDefault();
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  if (next < 0) document.getElementById("lookup")?.focus();
  else links[Math.min(next, links.length - 1)].focus();
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) document.getElementById(opener.dataset.openDialog).showModal();
});
