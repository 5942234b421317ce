"""Batches of a data set, read by paddle.io's DataLoader."""

from collections.abc import Iterator

import numpy as np
import paddle
from paddle.io import DataLoader, Dataset
from paddle.io.dataloader.collate import default_collate_fn


def batches(samples: Dataset, order: list[list[int]], *, workers: int = 0) -> Iterator[list[paddle.Tensor]]:
    """Yield the batches of samples that `order` lists, read ahead by a thread, or by as many processes as `workers` says.

    Raises what the data set raises. Such an error travels as data: on its own it would end DataLoader's reading thread and leave
    this one waiting for ever (Paddle 3.3), and out of a process it would come as a traceback in a string.
    """
    caught = _Caught(samples)
    # Any iterable of lists and any function will do; Paddle's annotations name its own.
    for batch in DataLoader(caught, batch_sampler=order, collate_fn=_collated, num_workers=workers):  # type: ignore[arg-type]
        if isinstance(batch, dict):
            raise batch["error"]
        yield batch


class _Caught(Dataset):
    """A data set's samples, and instead of one that can't be had the error."""

    def __init__(self, samples: Dataset):
        super().__init__()
        self.samples = samples

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int):
        try:
            return self.samples[index]
        except Exception as error:
            return error


def _collated(samples: list):
    errors = [sample for sample in samples if isinstance(sample, Exception)]
    if errors:
        return {"error": errors[0], "array": np.zeros(1)}  # DataLoader takes a batch without an array for the end
    return default_collate_fn(samples)
