"""Single settings of a preset changed by name, as a person types them."""

from collections.abc import Sequence
from dataclasses import fields, replace

from paddle_dip.errors import InputError
from paddle_dip.problem.networks import NetworkConfig, network_config
from paddle_dip.problem.presets import Preset

_FIXED = ("name", "task", "sources", "network")
_SWITCHES = {"true": True, "false": False}


def overridden(preset: Preset, changes: Sequence[str]) -> Preset:
    """Return the preset with "NAME=VALUE" changes: of its settings, of its network's as "network.NAME", or "network=NAME" whole.

    A value of several parts has commas between them; where one is given, all parts take it. Raises InputError, quoting the change,
    for what isn't known or allowed.
    """
    given = [change.partition("=")[::2] for change in changes]
    settings, parts = {}, {}
    network = _network(preset, [words for name, words in given if name == "network"])
    for name, words in given:
        try:
            if name.startswith("network."):
                parts |= _setting(network, name.removeprefix("network."), words)
            elif name != "network":
                settings |= _setting(preset, name, words)
        except ValueError as error:
            raise InputError(f"--set {name}={words}: {error}") from None
    try:
        return replace(preset, network=replace(network, **parts), **settings)
    except ValueError as error:
        raise InputError(f"--set: {error}") from None


def _network(preset: Preset, names: list[str]) -> NetworkConfig:
    try:
        return network_config(names[-1]) if names else preset.network
    except ValueError as error:
        raise InputError(f"--set network={names[-1]}: {error}") from None


def _setting(owner: Preset | NetworkConfig, name: str, words: str) -> dict:
    known = {field.name: field for field in fields(owner) if field.name not in _FIXED}
    if name not in known:
        raise InputError(f"the name must be one of {', '.join(known)}, network or network.NAME, not {name!r}")
    if "," in words and "tuple" not in str(known[name].type):
        raise InputError(f"{name} has one value, not {words}")
    return {name: _value(words, getattr(owner, name))}


def _value(words: str, like):
    """Return what the words mean, as a value of the kind of `like`, or several of those."""
    if isinstance(like, tuple) and "," not in words:
        return (_value(words, like[0]),) * len(like)
    if "," in words:
        return tuple(_value(word.strip(), like[0] if isinstance(like, tuple) else like) for word in words.split(","))
    if isinstance(like, bool):
        if words not in _SWITCHES:
            raise InputError(f"the value must be true or false, not {words!r}")
        return _SWITCHES[words]
    try:
        return type(like)(words)
    except ValueError:
        kind = "a whole number" if isinstance(like, int) else "a number"
        raise InputError(f"the value must be {kind}, not {words!r}") from None
