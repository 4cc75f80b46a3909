// A case that is being answered: look again after a while, and put in what came meanwhile.
const FIRST_MS = 1500;
const LONGEST_MS = 15000;

async function shownNow() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById("case");
}

function wait(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

async function follow() {
  for (let ms = FIRST_MS; ; ms = Math.min(ms * 1.4, LONGEST_MS)) {
    await wait(ms);
    if (document.hidden) continue;
    const before = document.getElementById("case");
    const now = await shownNow().catch(() => null);
    if (!now || "caseWaiting" in now.dataset) continue;
    before.replaceWith(document.adoptNode(now));
    document.getElementById("case-told").textContent = "The answer is here.";
    return;
  }
}

if (document.querySelector("[data-case-waiting]")) follow();
