// What the theme leaves out for keyboards and screen readers: what scrolls can be reached, the search has a name.
const reach = () => {
  document.querySelector(".md-search")?.setAttribute("aria-label", document.querySelector(".md-search__input")?.placeholder ?? "Search");
  for (const each of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset math[display=block], .md-typeset pre > code"))
    each.scrollWidth > each.clientWidth ? each.setAttribute("tabindex", "0") : each.removeAttribute("tabindex");
};
window.addEventListener("load", reach);
window.addEventListener("resize", reach);
