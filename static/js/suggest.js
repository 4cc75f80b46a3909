// Suggestions under the look-up box: an ARIA combobox over the fragment the site answers with.
const WAIT_MS = 120;

for (const form of document.querySelectorAll("form[data-suggest]")) suggestFor(form);

function suggestFor(form) {
  const input = form.querySelector("input[type=search]");
  const panel = document.createElement("div");
  panel.className = "suggestions";
  panel.hidden = true;
  const told = document.createElement("span");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  form.append(panel, told);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");

  let timer = 0;
  let asking = null;
  let options = [];
  let chosen = -1;

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    panel.hidden = true;
    options = [];
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    input.removeAttribute("aria-controls");
    told.textContent = "";
  };

  const choose = (index) => {
    chosen = index;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", options[index].id);
      options[index].scrollIntoView({ block: "nearest" });
    }
  };

  const open = (option) => {
    const url = new URL(option.dataset.url, location.href);
    if (url.origin === location.origin) location.assign(url);
  };

  const ask = async () => {
    const query = input.value.trim();
    asking?.abort();
    if (!query) {
      close();
      return;
    }
    asking = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(query)}`, {
        signal: asking.signal,
      });
      if (!answer.ok) throw new Error(answer.statusText);
      const fragment = new DOMParser().parseFromString(await answer.text(), "text/html");
      show(fragment.querySelector("[role=listbox]"));
    } catch (error) {
      // The box stays a plain form when suggestions fail.
      if (error.name !== "AbortError") close();
    }
  };

  const show = (list) => {
    if (!list?.children.length || document.activeElement !== input) {
      close();
      return;
    }
    list.id = "suggestions";
    list.setAttribute("aria-label", "Suggestions");
    panel.replaceChildren(list);
    options = [...list.querySelectorAll("[role=option]")];
    options.forEach((option, at) => (option.id = `suggestion-${at}`));
    choose(-1);
    panel.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", list.id);
    told.textContent = options.length === 1 ? "1 suggestion" : `${options.length} suggestions`;
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (panel.hidden || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const places = options.length + 1;
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(((chosen + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      open(options[chosen]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  panel.addEventListener("mousedown", (event) => {
    // Keeps the focus, and with it the panel, until the click.
    event.preventDefault();
  });
  panel.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) open(option);
  });
}
