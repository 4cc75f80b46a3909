// Suggestions under the look-up box: an ARIA combobox over the fragment the site answers with.
const WAIT_MS = 120;
const SLOW_MS = 400;

for (const form of document.querySelectorAll("form[data-suggest]")) suggestFor(form);

function suggestFor(form) {
  const input = form.querySelector("input[type=search]");
  const date = form.querySelector("input[name=date]");
  const panel = document.createElement("div");
  panel.className = "suggestions";
  panel.hidden = true;
  // Sends the form as Enter does; for who has no Enter at hand.
  const all = document.createElement("button");
  all.className = "suggestions-foot";
  all.tabIndex = -1;
  const allLabel = document.createElement("span");
  const enter = document.createElement("kbd");
  enter.textContent = "Enter";
  enter.setAttribute("aria-hidden", "true");
  all.append(allLabel, enter);
  const told = document.createElement("span");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  form.append(panel, told);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");

  let timer = 0;
  let slow = 0;
  let asking = null;
  let shown = ""; // the text that the options answer
  let options = [];
  let chosen = -1;

  const stop = () => {
    clearTimeout(timer);
    clearTimeout(slow);
    asking?.abort();
    asking = null;
    form.removeAttribute("aria-busy");
  };

  const close = () => {
    stop();
    panel.hidden = true;
    options = [];
    chosen = -1;
    shown = "";
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    input.removeAttribute("aria-controls");
    told.textContent = "";
  };

  const choose = (index) => {
    chosen = index;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    enter.hidden = index >= 0;
    if (index < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", options[index].id);
      options[index].scrollIntoView({ block: "nearest" });
    }
  };

  const open = (option, event) => {
    const url = new URL(option.dataset.url, location.href);
    if (url.origin !== location.origin) return;
    if (event.ctrlKey || event.metaKey) window.open(url, "_blank", "noopener");
    else location.assign(url);
  };

  const ask = async () => {
    const query = input.value.trim();
    if (query === shown && !panel.hidden) return;
    stop();
    if (!query) {
      close();
      return;
    }
    // Only the answer to the last question is shown: an earlier one is given up.
    const mine = (asking = new AbortController());
    slow = setTimeout(() => {
      form.setAttribute("aria-busy", "true");
      told.textContent = "Searching";
    }, SLOW_MS);
    const address = new URL(form.dataset.suggest, location.href);
    address.searchParams.set("q", query);
    if (date) address.searchParams.set("date", date.value);
    try {
      const answer = await fetch(address, { signal: mine.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      const fragment = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asking) return;
      stop();
      show(fragment, query);
    } catch (error) {
      // The box stays a plain form when suggestions fail.
      if (error.name !== "AbortError" && mine === asking) close();
    }
  };

  const show = (fragment, query) => {
    const list = fragment.querySelector("[role=listbox]");
    const readAs = fragment.querySelector(".suggestions-read");
    const source = fragment.querySelector(".suggestions-source");
    if (!list?.children.length || document.activeElement !== input) {
      close();
      if (document.activeElement === input) told.textContent = "No suggestions";
      return;
    }
    list.id = "suggestions";
    list.setAttribute("aria-label", "Suggestions");
    allLabel.textContent = `All results for “${query}”`;
    panel.replaceChildren(...[readAs, list, source, all].filter(Boolean));
    options = [...list.querySelectorAll("[role=option]")];
    options.forEach((option, at) => (option.id = `suggestion-${at}`));
    choose(-1);
    shown = query;
    panel.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", list.id);
    const count = options.length === 1 ? "1 suggestion" : `${options.length} suggestions`;
    told.textContent = readAs ? `${readAs.textContent}: ${count}` : count;
  };

  const askSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  };

  input.addEventListener("input", (event) => {
    // What an input method is still composing is no word yet.
    if (!event.isComposing) askSoon();
  });
  input.addEventListener("compositionend", askSoon);
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
  // A page that comes back by the browser's Back button comes without its panel.
  addEventListener("pagehide", close);

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    if (panel.hidden) {
      // The arrow opens what is typed already, except where it leads into a page of results.
      const hasResults = document.querySelector("[data-arrow-keys]");
      if (event.key === "ArrowDown" && input.value.trim() && !hasResults) {
        event.preventDefault();
        ask();
      }
      return;
    }
    const places = options.length + 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(((chosen + 1 + step + places) % places) - 1);
    } else if (chosen >= 0 && (event.key === "Home" || event.key === "End")) {
      event.preventDefault();
      choose(event.key === "Home" ? 0 : options.length - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      open(options[chosen], event);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Tab") {
      close();
    } else if (chosen >= 0 && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      // Back in the text, as before an option was chosen.
      choose(-1);
    }
  });
  panel.addEventListener("mousedown", (event) => {
    // Keeps the focus, and with it the panel, until the click.
    event.preventDefault();
  });
  panel.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) open(option, event);
  });
}
