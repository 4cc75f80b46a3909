// Shows the steps of a question as they happen, then its answer, from the server's events.
const MOST_FAILURES = 4;

for (const pending of document.querySelectorAll("[data-stream]")) show(pending);

function show(pending) {
  const turn = pending.closest("[data-turn]");
  const steps = pending.querySelector(".steps");
  const state = pending.querySelector(".turn-state");
  const plain = pending.querySelector("[data-plain-answer]");
  const stop = pending.querySelector("[data-stop]");
  const told = document.getElementById("answer-told");
  const source = new EventSource(pending.dataset.stream);
  let failures = 0;

  const say = (text) => {
    state.textContent = text;
    told.textContent = text;
  };
  const giveUp = (text) => {
    source.close();
    stop.hidden = true;
    plain.hidden = false;
    pending.classList.remove("is-busy");
    say(text);
  };

  pending.classList.add("is-busy");
  plain.hidden = true;
  say("Looking it up …");
  document.getElementById(location.hash.slice(1))?.scrollIntoView();

  source.addEventListener("step", (event) => {
    failures = 0;
    const item = document.createElement("li");
    item.textContent = JSON.parse(event.data);
    steps.append(item);
    told.textContent = item.textContent;
  });
  source.addEventListener("answer", (event) => {
    source.close();
    const answered = new DOMParser().parseFromString(JSON.parse(event.data), "text/html");
    pending.replaceWith(...answered.body.childNodes);
    told.textContent = "The answer is here.";
    turn.scrollIntoView({ block: "nearest" });
  });
  source.addEventListener("state", () => {
    source.close();
    location.reload();
  });
  // Another page of the reader's is asking; the browser comes again after a while.
  source.addEventListener("wait", () => {
    failures = 0;
  });
  source.addEventListener("error", () => {
    failures += 1;
    const isOver = source.readyState === EventSource.CLOSED || failures > MOST_FAILURES;
    if (isOver) giveUp("The answer could not be shown as it is made.");
  });

  stop.addEventListener("submit", async (event) => {
    event.preventDefault();
    source.close();
    giveUp("You stopped this answer.");
    plain.querySelector("button").textContent = "Answer it anyway";
    plain.querySelector("button").focus();
    try {
      await fetch(stop.action, { method: "POST", body: new FormData(stop), redirect: "manual" });
    } catch {
      // The answer is made, and shown when the page is opened again.
    }
  });
}
