"""The figures of the paper and of others on the same images, by the same metric."""

import json
from functools import cache
from importlib.resources import files

# Column of published.json: heading. Sources: docs/protocol.md.
METHODS = {"dip_sigma_0.05": "paper", "earlier_paddle_port": "earlier port", "lapsrn": "LapSRN"}
EXPLAINED = {  # by heading
    "paper": "of the paper, published",
    "earlier port": "of a Paddle port before this one (24.155 dB by its own metric, which takes bridge as grey)",
    "LapSRN": "of a network trained on a data set, published",
}
_AT_X4 = {"dip_sigma_0.05": "dip"}  # the paper has one noise level at x4


def published_psnr_y(image: str, factor: int, method: str) -> float | None:
    """Return the published PSNR in dB (paper metric) of `method` on an image of Set14 or Set5, None where there is none."""
    for dataset in ("set14", "set5"):
        table = _figures().get(f"{dataset}_x{factor}", {})
        column = table.get(method) or table.get(_AT_X4.get(method, method)) or {}
        if image in column:
            return column[image]
    return None


@cache
def _figures() -> dict:
    return json.loads(files("paddle_dip.report").joinpath("published.json").read_text(encoding="utf-8"))
