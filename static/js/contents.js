// Marks the section being read in the contents, and closes the jump menu once it has been used.
const links = new Map();
for (const link of document.querySelectorAll(".contents a[href^='#']")) {
  const section = document.getElementById(link.hash.slice(1));
  if (section) links.set(section, [...(links.get(section) ?? []), link]);
}

const visible = new Set();
const mark = () => {
  const sections = [...links.keys()];
  const inView = sections.find((section) => visible.has(section));
  const current = inView ?? (scrollY < innerHeight / 2 ? sections[0] : null);
  if (!current) return;
  for (const [section, all] of links) {
    for (const link of all) {
      if (section === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
};

const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) visible.add(entry.target);
      else visible.delete(entry.target);
    }
    mark();
  },
  { rootMargin: "-64px 0px -60% 0px" },
);
for (const section of links.keys()) observer.observe(section);

for (const menu of document.querySelectorAll("details.jump-menu")) {
  menu.addEventListener("click", (event) => {
    if (event.target.closest("a")) menu.open = false;
  });
}
