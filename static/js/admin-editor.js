// The editing page of a code: previews while one types, and a warning before unsaved text is lost.
const form = document.getElementById("editor-form");
const note = form.querySelector("[data-unsaved-note]");
const panels = [...form.querySelectorAll("[data-text-panel]")].map((element) => ({
  element,
  source: element.querySelector("textarea"),
  fields: [...element.querySelectorAll("textarea, input:not([type=hidden])")],
  badge: element.querySelector("[data-unsaved-badge]"),
  output: element.querySelector("[data-preview]"),
  note: element.querySelector("[data-preview-note]"),
  isUnsaved: "unsaved" in element.dataset,
}));

const showUnsaved = () => {
  const count = panels.filter((panel) => panel.isUnsaved).length;
  for (const panel of panels) panel.badge.hidden = !panel.isUnsaved;
  if (!note) return;
  note.classList.toggle("is-unsaved", count > 0);
  note.textContent = count
    ? `${count} ${count === 1 ? "text has" : "texts have"} changes that are not saved.`
    : "Everything is saved.";
};

const preview = async (panel) => {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("text", panel.source.value);
  const asked = (panel.asked = Symbol("preview"));
  panel.output.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.previewUrl, { method: "POST", body, redirect: "error" });
    if (panel.asked !== asked) return;
    if (!answer.ok && answer.status !== 400) throw new Error(answer.statusText);
    panel.output.innerHTML = await answer.text();
    panel.note.textContent = "";
  } catch {
    if (panel.asked === asked) panel.note.textContent = "not up to date: the site does not answer";
  }
  panel.output.removeAttribute("aria-busy");
};

const stored = new Map();
for (const panel of panels) {
  for (const field of panel.fields) {
    stored.set(field, field.value);
    field.addEventListener("input", () => {
      panel.isUnsaved =
        "unsaved" in panel.element.dataset ||
        panel.fields.some((each) => each.value !== stored.get(each));
      showUnsaved();
    });
  }
  let timer;
  panel.source.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => preview(panel), 350);
  });
}

let isSubmitting = false;
form.addEventListener("submit", () => {
  isSubmitting = true;
});
addEventListener("pageshow", () => {
  isSubmitting = false;
});
addEventListener("beforeunload", (event) => {
  if (!isSubmitting && panels.some((panel) => panel.isUnsaved)) event.preventDefault();
});

// A link to a text opens it.
const openNamed = () => {
  const named = panels.find((panel) => `#${panel.element.id}` === location.hash);
  if (named) {
    named.element.open = true;
    named.element.scrollIntoView();
  }
};
addEventListener("hashchange", openNamed);
openNamed();
if (note) showUnsaved();
