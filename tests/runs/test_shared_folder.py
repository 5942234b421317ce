"""Two runs that restore photos in one folder: each fit is made by one of them, and both end with all photos."""

from concurrent.futures import ThreadPoolExecutor

from paddle_dip.io.images import write_photo
from paddle_dip.runs.photo_files import restored
from paddle_dip.runs.work_folder import work_place
from tests.runs.test_faults import cut, run
from tests.runs.test_photo_files import orders_of, photos, pictures  # noqa: F401  photos: a fixture


def test_two_runs_share_a_folder_and_make_each_fit_once(photos, tmp_path):  # noqa: F811
    out, begun = tmp_path / "out", [[], []]
    run(orders_of(photos, tmp_path / "whole"), tmp_path / "whole")
    out.mkdir()

    def share(number: int) -> list[str]:
        told, made = [], []
        how = {"resume": True, "shared": True, "interrupted": lambda: 0, "passed_over": lambda order: told.append(order.out.name)}
        for order, _, photo in restored(orders_of(photos, out), out, fit=cut(-1, begun[number]), **how):
            write_photo(order.out, photo)
            made.append(order.out.name)
        return sorted(told + made)

    with ThreadPoolExecutor() as threads:
        assert [each.result() for each in [threads.submit(share, number) for number in range(2)]] == [["a.png", "b.png"]] * 2
    assert pictures(out) == pictures(tmp_path / "whole") and len(begun[0]) + len(begun[1]) == 8
    assert not work_place(out).exists()
