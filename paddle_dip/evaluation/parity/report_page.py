"""A document of titles, paragraphs and tables, as Markdown and as one HTML page."""

from dataclasses import dataclass, field

from paddle_dip.report.html import html_page
from paddle_dip.report.readme import markdown


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
        blocks += [markdown([part.heading, *part.lines]) if isinstance(part, Table) else part for part in section.parts]
    return "\n\n".join(blocks) + "\n"


def as_html(title: str, sections: list[Section]) -> str:
    """Return the document as a self-contained HTML page."""
    return html_page("parity.html.j2", title=title, sections=sections)
