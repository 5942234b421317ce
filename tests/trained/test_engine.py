"""The loop: what is random depends on seed, epoch and step alone, so a run goes on anywhere with the same bits."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from paddle import nn
from paddle.io import Dataset

from paddle_dip.trained import checkpoints
from paddle_dip.trained.devices import autocast, world
from paddle_dip.trained.engine import Position, Training, batch_order, train
from paddle_dip.trained.problem.presets import AUTOENCODER_PRESETS

SAMPLES = 7


class Numbers(Dataset):
    def __init__(self, epoch: int):
        super().__init__()
        self.epoch = epoch

    def __len__(self):
        return SAMPLES

    def __getitem__(self, index):
        return (np.full(3, index + self.epoch, np.float32),)


def small_training(epochs: int = 3, batch: int = 2) -> Training:
    """Two linear layers, the second learning from the first, that note which samples they have seen."""
    layers = {}
    for seed, name in enumerate(("first", "second")):
        layers[name] = nn.Linear(3, 3)
        layers[name].weight.set_value(np.random.default_rng(seed).random((3, 3)).astype(np.float32))

    def gradients(batch, step):
        out = layers["first"](batch[0] * (step + 1))
        losses = {"main": (layers["second"](out) ** 2).mean(), "side": out.abs().mean()}
        losses["main"].backward()
        return {name: loss.detach() for name, loss in losses.items()}

    preset = replace(AUTOENCODER_PRESETS["digits"], epochs=epochs, batch=batch, learning_rate=0.01, weight_decay=0.0)
    return Training(layers, Numbers, gradients, preset, seed=5)


def test_every_sample_once_an_epoch_in_another_order():
    orders = [sum(batch_order(small_training(), epoch), []) for epoch in range(3)]
    assert all(sorted(order) == list(range(SAMPLES)) for order in orders)
    assert orders[0] != orders[1] != orders[2] and orders[0] == sum(batch_order(small_training(), 0), [])


def test_steps_epochs_and_means_are_counted():
    updates = list(train(small_training(epochs=2)))
    assert [u.step for u in updates] == list(range(1, 9))
    assert [(u.epoch, u.batch) for u in updates] == [(e, b) for e in range(2) for b in range(1, 5)]
    assert [u.epoch_ended for u in updates] == [False, False, False, True] * 2
    losses = [u.loss() for u in updates]
    assert updates[3].means()["main"] == pytest.approx(np.mean(losses[:4])) and list(updates[3].means()) == ["main", "side"]
    assert updates[3].position() == Position(1) and updates[7].position() == Position(2)


@pytest.mark.parametrize("stop", [1, 3, 4, 6, 11])
def test_a_training_taken_up_gives_the_same_bits(stop, tmp_path):
    whole = small_training()
    expected = [(u.loss(), u.means()) for u in train(whole)]
    stopped = small_training()
    update = next(islice(train(stopped), stop - 1, None))
    checkpoints.save(tmp_path, stopped, update.step, {}, keep=3)
    resumed = small_training()
    checkpoints.load_state(checkpoints.newest(tmp_path), resumed)
    assert [(u.loss(), u.means()) for u in train(resumed, position=update.position())] == expected[stop:]
    for name, network in whole.networks.items():
        assert network.weight.numpy().tobytes() == resumed.networks[name].weight.numpy().tobytes()


def test_a_finished_training_has_nothing_left():
    assert list(train(small_training(epochs=2), position=Position(2))) == []


def test_the_newest_checkpoints_are_kept(tmp_path):
    training = small_training()
    for update in train(training):
        checkpoints.save(tmp_path, training, update.step, {"n": update.step}, keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step_00000011.npz", "step_00000012.npz"]
    assert checkpoints.load_state(checkpoints.newest(tmp_path), small_training()) == {"n": 12}


def test_a_bad_checkpoint_is_told(tmp_path):
    training = small_training()
    path = checkpoints.save(tmp_path, training, next(train(training)).step, {}, keep=2)
    with pytest.raises(ValueError, match="holds no generator"):
        checkpoints.read_network(path, "generator")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match="damaged: delete it to go on from the one before"):
        checkpoints.load_state(path, small_training())
    with pytest.raises(ValueError, match="doesn't exist"):
        checkpoints.read_network(tmp_path / "absent", "generator")


def test_readers_in_other_processes_change_nothing():
    assert [u.loss() for u in train(small_training(epochs=1), workers=2)] == [u.loss() for u in train(small_training(epochs=1))]


def test_one_process_and_full_precision_unless_told():
    assert world() == (0, 1)
    with autocast("float32"):
        pass
    with pytest.raises(ValueError, match="bf16 needs a GPU"):
        autocast("bf16")
