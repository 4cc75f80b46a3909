// Codes kept for a claim check while somebody searches: a tray below the results that says what is in
// it. It lives in this tab alone, and holds codes, nothing of a patient.
const STORED_AS = "claim-tray";
// As many as the claim checker takes at once.
const MOST = { line: 50, dx: 12 };
const NAMES = { line: "lines", dx: "diagnoses" };

const main = document.querySelector("main > .page");
const links = document.querySelectorAll("a[data-claim-code]");

let codes = read();
let problem = "";

const tray = document.createElement("section");
tray.className = "claim-tray";
tray.setAttribute("aria-labelledby", "claim-tray-title");
const title = document.createElement("h2");
title.id = "claim-tray-title";
const list = document.createElement("ul");
list.setAttribute("role", "list");
const check = document.createElement("a");
check.className = "button is-small is-primary";
check.textContent = "Check claim";
const clear = document.createElement("button");
clear.type = "button";
clear.className = "button is-small";
clear.textContent = "Clear";
const tools = document.createElement("div");
tools.className = "claim-tray-tools";
tools.append(check, clear);
const problemLine = document.createElement("p");
problemLine.className = "claim-tray-problem";
tray.append(title, list, tools, problemLine);
const told = document.createElement("span");
told.className = "visually-hidden";
told.setAttribute("role", "status");
if (main) main.append(tray, told);

function read() {
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORED_AS) ?? "[]");
    // Whatever else stands there is not ours.
    return stored.filter((item) => item.part in MOST && /^[A-Z0-9.]{3,8}$/.test(item.code));
  } catch {
    return [];
  }
}

function keep() {
  try {
    sessionStorage.setItem(STORED_AS, JSON.stringify(codes));
  } catch {
    // Storage may be forbidden: the tray lasts as long as the page.
  }
}

const holds = (part, code) => codes.some((item) => item.part === part && item.code === code);

function add(part, code, text) {
  if (codes.filter((item) => item.part === part).length >= MOST[part]) {
    problem = `A claim check takes at most ${MOST[part]} ${NAMES[part]}.`;
    told.textContent = problem;
    return;
  }
  codes.push({ part, code, text });
  told.textContent = `${code} added to the claim check`;
}

function remove(part, code) {
  codes = codes.filter((item) => item.part !== part || item.code !== code);
  told.textContent = `${code} removed from the claim check`;
}

function show() {
  for (const link of links) {
    const isHeld = holds(link.dataset.claimPart, link.dataset.claimCode);
    link.setAttribute("aria-pressed", String(isHeld));
    const icon = link.querySelector(".icon");
    icon.classList.toggle("icon-plus", !isHeld);
    icon.classList.toggle("icon-check", isHeld);
  }
  tray.hidden = !codes.length;
  title.textContent = codes.length === 1 ? "1 code to check" : `${codes.length} codes to check`;
  list.replaceChildren(
    ...codes.map((item) => {
      const row = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "claim-tray-code code";
      button.title = item.text ? `${item.text}: remove` : "Remove";
      button.dataset.part = item.part;
      button.dataset.code = item.code;
      const hint = document.createElement("span");
      hint.className = "visually-hidden";
      hint.textContent = "Remove ";
      const icon = document.createElement("span");
      icon.className = "icon icon-close";
      icon.setAttribute("aria-hidden", "true");
      button.append(hint, item.code, icon);
      row.append(button);
      return row;
    }),
  );
  const address = new URL(document.querySelector("[data-claim-check]").dataset.claimCheck, location.href);
  const date = document.querySelector("form[data-suggest] input[name=date]");
  if (date) address.searchParams.set("date", date.value);
  for (const part of ["line", "dx"]) {
    for (const item of codes) if (item.part === part) address.searchParams.append(part, item.code);
  }
  check.href = address;
  problemLine.textContent = problem;
  problemLine.hidden = !problem;
  problem = "";
}

function change(action) {
  // Another page of this tab may have changed the tray since.
  codes = read();
  action();
  keep();
  show();
}

function toggle(link) {
  const { claimPart: part, claimCode: code, claimText: text } = link.dataset;
  change(() => (holds(part, code) ? remove(part, code) : add(part, code, text)));
}

for (const link of links) link.setAttribute("role", "button");

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-claim-code]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    toggle(link);
    return;
  }
  const held = event.target.closest(".claim-tray-code");
  if (held) {
    const at = [...list.querySelectorAll("button")].indexOf(held);
    change(() => remove(held.dataset.part, held.dataset.code));
    // The focus stays in the tray while anything is left there.
    const left = list.querySelectorAll("button");
    (left[Math.min(at, left.length - 1)] ?? document.getElementById("lookup"))?.focus();
  }
});

document.addEventListener("keydown", (event) => {
  const link = event.target.closest("a[data-claim-code]");
  if (link && event.key === " ") {
    event.preventDefault();
    toggle(link);
  }
});

clear.addEventListener("click", () => {
  change(() => {
    codes = [];
    told.textContent = "The claim check is empty";
  });
  document.getElementById("lookup")?.focus();
});

// Back and Forward may show a page as it was before the tray changed.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  codes = read();
  show();
});

show();
