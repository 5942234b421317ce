"""A document of titles, paragraphs and tables, as Markdown and as one HTML page."""

from dataclasses import dataclass, field
from html import escape

_STYLE = """
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }
  th, td { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #ddd; }
  th:first-child, td:first-child { text-align: left; }
  pre { background: #f5f5f5; padding: .6rem 1rem; overflow-x: auto; font-size: .85rem; }
"""


@dataclass(frozen=True)
class Table:
    """A heading and lines of cells."""

    heading: list[str]
    lines: list[list[str]]


@dataclass(frozen=True)
class Section:
    """A title, the command that made it, and paragraphs and tables in their order."""

    title: str
    parts: list["str | Table"] = field(default_factory=list)
    command: str = ""


def as_markdown(title: str, sections: list[Section]) -> str:
    """Return the document as Markdown."""
    blocks = [f"# {title}"]
    for section in sections:
        blocks.append(f"## {section.title}")
        blocks += [f"```sh\n{section.command}\n```"] if section.command else []
        blocks += [_markdown_table(part) if isinstance(part, Table) else part for part in section.parts]
    return "\n\n".join(blocks) + "\n"


def as_html(title: str, sections: list[Section]) -> str:
    """Return the document as a self-contained HTML page."""
    blocks = [f"<h1>{escape(title)}</h1>"]
    for section in sections:
        blocks.append(f"<h2>{escape(section.title)}</h2>")
        blocks += [f"<pre>{escape(section.command)}</pre>"] if section.command else []
        blocks += [_html_table(part) if isinstance(part, Table) else f"<p>{escape(part)}</p>" for part in section.parts]
    head = f'<head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
    body = "\n".join(blocks)
    return f'<!doctype html>\n<html lang="en">\n{head}\n<body>\n{body}\n</body>\n</html>\n'


def _markdown_table(table: Table) -> str:
    rule = ["---", *["---:"] * (len(table.heading) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (table.heading, rule, *table.lines))


def _html_table(table: Table) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.heading)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in table.lines)
    return f"<table>\n<tr>{head}</tr>\n{body}\n</table>"
