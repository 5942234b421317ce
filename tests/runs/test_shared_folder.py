"""Two runs that restore photos in one folder: each fit is made by one of them, and both end with all photos."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from paddle_dip.io.images import write_photo
from paddle_dip.runs.photo_files import restored
from paddle_dip.runs.work_folder import work_place
from tests.runs.test_faults import cut, run
from tests.runs.test_photo_files import orders_of, photos, pictures  # noqa: F401  photos: a fixture


def share(orders, out, fit) -> list[str]:
    """Restore and write as a run that shares the folder; return what it has made or found there."""
    found = []
    how = {"resume": True, "shared": True, "interrupted": lambda: 0, "passed_over": lambda order: found.append(order.out.name)}
    for order, _, photo in restored(orders, out, fit=fit, **how):
        write_photo(order.out, photo)
        found.append(order.out.name)
    return sorted(found)


@pytest.mark.parametrize("death", [-1, 3])
def test_two_runs_share_a_folder_and_make_each_fit_once(photos, tmp_path, death):  # noqa: F811
    """death: after how many steps the first run ends, if it does; the other takes its place then."""
    out, begun = tmp_path / "out", [[], []]
    run(orders_of(photos, tmp_path / "whole"), tmp_path / "whole")
    out.mkdir()
    with ThreadPoolExecutor() as threads:
        runs = [threads.submit(share, orders_of(photos, out), out, cut(death, begun[0]))]
        while not begun[0] and not runs[0].done():
            time.sleep(0.01)
        runs.append(threads.submit(share, orders_of(photos, out), out, cut(-1, begun[1])))
        whole = [each.result() for each in runs if not isinstance(each.exception(), KeyboardInterrupt)]
    assert whole[-1] == ["a.png", "b.png"] and (death == -1) == (len(whole) == 2)
    assert pictures(out) == pictures(tmp_path / "whole") and not work_place(out).exists()
    assert len(begun[0]) + len(begun[1]) == (8 if death == -1 else 9)  # the one that was cut off goes on
