"""HTML pages from the templates that lie beside this file."""

from importlib.resources import files


def html_page(template: str, **values) -> str:
    """Return the page of a template, a file name; a value's text is never read as HTML, but for Markup."""
    from jinja2 import Environment, FunctionLoader  # here: most commands write no page

    environment = Environment(autoescape=True, keep_trailing_newline=True, loader=FunctionLoader(_source))
    return environment.get_template(template).render(values)


def _source(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
