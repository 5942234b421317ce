"""The results of a benchmark run, of all its sessions: rows by image, and with what each session made its own."""

from dataclasses import dataclass

from paddle_dip.evaluation.benchmark.folder import Folder
from paddle_dip.io.files import write_json
from paddle_dip.report.merge_runs import Part, joined, read_summary
from paddle_dip.report.results import Schema, read_rows, write_rows


@dataclass
class ResultStore:
    """Rows by image (of an ensemble its own and its members'), and by image the PSNR in dB of what needs no fit, kept on disk.

    preset, made_with: of this session, whose images are `now`; earlier: the summary that the sessions before it left, if any.
    """

    folder: Folder
    schema: Schema
    preset: dict
    made_with: dict
    earlier: dict | None
    rows: dict[str, list]
    now: set[str]
    floor: dict[str, float]

    @classmethod
    def found_in(cls, folder: Folder, schema: Schema, preset: dict, made_with: dict) -> "ResultStore":
        """Return what earlier sessions have finished; raises InputError where their table or summary can't be read."""
        rows: dict[str, list] = {}
        for row in read_rows(folder.results, schema.row):
            if folder.has_result(row.image, schema.point):
                rows.setdefault(row.image, []).append(row)
        earlier = read_summary(folder.summary, schema) if folder.summary.exists() else None
        told = earlier[schema.floor] if earlier else {}
        return cls(folder, schema, preset, made_with, earlier, rows, rows.keys() - told.keys(), dict(told))

    def add(self, name: str, rows: list) -> None:
        """Take in what this session has made."""
        self.rows[name] = rows
        self.now.add(name)

    def write(self) -> tuple[list, dict]:
        """Write the table and the summary of all finished images, by name; return them."""
        parts: list[Part] = []
        if before := self._rows_of(self.rows.keys() - self.now):
            assert self.earlier is not None  # what isn't of this session is in that summary
            parts.append((before, self.earlier))
        if now := self._rows_of(self.now):
            parts.append((now, self.schema.summarise(now, self.floor, self.preset, self.made_with)))
        rows, summary = joined(parts, self.schema)
        write_rows(self.folder.results, rows, self.schema.row)
        write_json(self.folder.summary, summary)
        return rows, summary

    def _rows_of(self, names: set[str]) -> list:
        return [row for name in sorted(names) for row in self.rows[name]]
