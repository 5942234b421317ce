"""HTML pages from the templates that lie beside this file."""

from importlib.resources import files


def html_page(template: str, **values) -> str:
    """Return the page of a template, a file name; a value's text is never read as HTML, but for Markup."""
    from jinja2 import Environment  # here: most commands write no page

    text = files(__package__).joinpath(template).read_text(encoding="utf-8")
    return Environment(autoescape=True, keep_trailing_newline=True).from_string(text).render(values)
