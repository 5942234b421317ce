"""The training loop, a generator of updates: what all trainings share.

Paddle's own loop, paddle.Model.fit, was looked at first: it knows one optimiser and one loss (a GAN has two of each), counts epochs
from 0 and begins each with its first batch (so a stopped run can't go on where it was), and saves pickles, not whole or not at all.
What else it is made of is used here: DataLoader, DistributedBatchSampler, auto_cast and paddle.distributed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import paddle
from paddle import nn
from paddle.io import Dataset, DistributedBatchSampler

from paddle_dip.trained.devices import autocast, average_gradients, world
from paddle_dip.trained.gradients import Losses
from paddle_dip.trained.loading import batches
from paddle_dip.trained.problem.presets import TrainingPreset
from paddle_dip.trained.problem.randomness import order_seed


@dataclass(frozen=True)
class Training:
    """What is learnt and how.

    samples: from an epoch to its samples. gradients: from a batch and its step to the losses, the first being the one to show, with
    every gradient set of the networks that are to change then: all of them at step 0.
    """

    networks: dict[str, nn.Layer]
    samples: Callable[[int], Dataset]
    gradients: Callable[[list[paddle.Tensor], int], Losses]
    preset: TrainingPreset
    seed: int

    @cached_property
    def adams(self) -> dict[str, paddle.optimizer.Adam]:
        """One a network, under its name."""
        return {name: _adam_of(network, self.preset) for name, network in self.networks.items()}


@dataclass(frozen=True)
class Position:
    """Where a training stands: epochs done, batches done of the next one, and the losses' sums over those."""

    epoch: int = 0
    batch: int = 0
    sums: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Update:
    """The training after `step` steps; `batch` of the `batches` of epoch number `epoch`, from 0, are done."""

    step: int
    epoch: int
    batch: int
    batches: int
    _losses: Losses
    _sums: Losses

    @property
    def epoch_ended(self) -> bool:
        return self.batch == self.batches

    def loss(self) -> float:
        """Return this step's first loss."""
        return float(next(iter(self._losses.values())))

    def means(self) -> dict[str, float]:
        """Return the losses' means over the epoch so far."""
        return {name: float(value) / self.batch for name, value in self._sums.items()}

    def position(self) -> Position:
        """Return where to go on from here."""
        if self.epoch_ended:
            return Position(self.epoch + 1)
        return Position(self.epoch, self.batch, {name: float(value) for name, value in self._sums.items()})


def train(training: Training, *, position: Position = Position(), workers: int = 0) -> Iterator[Update]:
    """Train the networks in place; yield after each step, the last at the end of epoch number `training.preset.epochs`.

    Everything random is a function of the seed, the epoch and the step, so a run that goes on from a position, its networks and
    optimisers set as they were, gives the same bits as one that never stopped, with the same number of threads and processes.
    """
    trained = [p for network in training.networks.values() for p in network.parameters() if not p.stop_gradient]
    for epoch in range(position.epoch, training.preset.epochs):
        begun = position if epoch == position.epoch else Position(epoch)
        sums = {name: paddle.to_tensor(value, dtype="float64") for name, value in begun.sums.items()}
        order = batch_order(training, epoch)
        for adam in training.adams.values():
            adam.set_lr(training.preset.learning_rate_at(epoch))
        loader = batches(training.samples(epoch), order[begun.batch :], workers=workers)
        for batch, samples in enumerate(loader, start=begun.batch):
            step = epoch * len(order) + batch
            with autocast(training.preset.precision):
                losses = training.gradients(samples, step)
            average_gradients(trained)
            for adam in training.adams.values():
                adam.step()
                adam.clear_grad(set_to_zero=False)  # zeros would move a network that has no gradient at the next step
            sums = {name: sums.get(name, 0) + loss.astype("float64") for name, loss in losses.items()}
            yield Update(step + 1, epoch, batch + 1, len(order), losses, sums)


def _adam_of(network: nn.Layer, preset: TrainingPreset) -> paddle.optimizer.Adam:
    """Return the optimiser of a network's trainable parameters with a preset's settings; weight decay is coupled, as in torch."""
    return paddle.optimizer.Adam(
        preset.learning_rate,
        beta1=preset.betas[0],
        beta2=preset.betas[1],
        epsilon=preset.adam_epsilon,
        parameters=[p for p in network.parameters() if not p.stop_gradient],
        weight_decay=preset.weight_decay or None,
    )


def batch_order(training: Training, epoch: int) -> list[list[int]]:
    """Return the samples of each batch of an epoch, this process's share of them."""
    rank, size = world()
    sampler = DistributedBatchSampler(training.samples(epoch), training.preset.batch, num_replicas=size, rank=rank, shuffle=True)
    sampler.set_epoch(order_seed(training.seed, epoch))
    return list(sampler)
