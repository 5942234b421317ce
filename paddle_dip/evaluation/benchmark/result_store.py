"""The results of a benchmark run, of all its sessions: rows by image, and with what each session made its own."""

from dataclasses import dataclass

from paddle_dip.evaluation.benchmark.folder import Folder
from paddle_dip.io.files import write_json
from paddle_dip.report.merge_runs import Part, joined, read_summary
from paddle_dip.report.results import ResultRow, read_rows, summarise, write_rows


@dataclass
class ResultStore:
    """Rows by image (of an ensemble its own and its members'), and bicubic + back-projection by image (dB), to be kept on disk.

    preset, made_with: of this session, whose images are `now`; earlier: the summary that the sessions before it left, if any.
    """

    folder: Folder
    preset: dict
    made_with: dict
    earlier: dict | None
    rows: dict[str, list[ResultRow]]
    now: set[str]
    bicubic_bp: dict[str, float]

    @classmethod
    def found_in(cls, folder: Folder, preset: dict, made_with: dict) -> "ResultStore":
        """Return what earlier sessions have finished; raises InputError where their table or summary can't be read."""
        rows: dict[str, list[ResultRow]] = {}
        for row in read_rows(folder.results):
            if folder.has_result(row.image):
                rows.setdefault(row.image, []).append(row)
        earlier = read_summary(folder.summary) if folder.summary.exists() else None
        told = earlier["bicubic_bp_psnr_y"] if earlier else {}
        return cls(folder, preset, made_with, earlier, rows, rows.keys() - told.keys(), dict(told))

    def add(self, name: str, rows: list[ResultRow]) -> None:
        """Take in what this session has made."""
        self.rows[name] = rows
        self.now.add(name)

    def write(self) -> tuple[list[ResultRow], dict]:
        """Write the table and the summary of all finished images, by name; return them."""
        parts: list[Part] = []
        if before := self._rows_of(self.rows.keys() - self.now):
            assert self.earlier is not None  # what isn't of this session is in that summary
            parts.append((before, self.earlier))
        if now := self._rows_of(self.now):
            parts.append((now, summarise(now, self.bicubic_bp, self.preset, self.made_with)))
        rows, summary = joined(parts)
        write_rows(self.folder.results, rows)
        write_json(self.folder.summary, summary)
        return rows, summary

    def _rows_of(self, names: set[str]) -> list[ResultRow]:
        return [row for name in sorted(names) for row in self.rows[name]]
