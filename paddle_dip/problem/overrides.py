"""Single settings of a preset changed by name: as a person types them, and as Python has them."""

from collections.abc import Sequence
from dataclasses import Field, fields, replace
from typing import Any

from paddle_dip.errors import InputError, check_kind
from paddle_dip.problem.networks import NetworkConfig, network_config
from paddle_dip.problem.presets import Preset

_FIXED = ("name", "task", "sources", "network")
_SWITCHES = {"true": True, "false": False}


def overridden(preset: Preset, changes: Sequence[str]) -> Preset:
    """Return the preset with "NAME=VALUE" changes: of its settings, of its network's as "network.NAME", or "network=NAME" whole.

    A value of several parts has commas between them; where one is given, all parts take it. Raises InputError, quoting the change,
    for what isn't known or allowed.
    """
    if without := [change for change in changes if "=" not in change]:
        raise InputError(f"--set {without[0]}: NAME=VALUE is needed")
    given = [change.partition("=")[::2] for change in changes]
    settings: dict[str, Any] = {}
    parts: dict[str, Any] = {}
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
        network = replace(network, **parts)
    except ValueError as error:
        raise InputError(f"--set network: {error}") from None
    try:
        return replace(preset, network=network, **settings)
    except ValueError as error:
        raise InputError(f"--set: {error}") from None


def _network(preset: Preset, names: list[str]) -> NetworkConfig:
    try:
        return network_config(names[-1]) if names else preset.network
    except ValueError as error:
        raise InputError(f"--set network={names[-1]}: {error}") from None


def _setting(owner: Preset | NetworkConfig, name: str, words: str) -> dict:
    known = _settings_of(owner)
    if name not in known:
        more = ("network", "network.NAME") if isinstance(owner, Preset) else ()
        raise InputError(f"the name must be one of {', '.join((*known, *more))}, not {name!r}")
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


def with_settings(preset: Preset, **settings) -> Preset:
    """Return the preset with other values of its settings; None leaves a setting as it is.

    network: a configuration, or the name of one; one of its own settings is "network.NAME". Raises InputError, which begins with
    the setting, for what isn't known or allowed.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    network = given.pop("network", preset.network)
    network = network_config(network) if isinstance(network, str) else network
    if not isinstance(network, NetworkConfig):
        raise InputError(f"network must be the name of a network or its configuration, not {network!r}")
    parts = {name: given.pop(name) for name in list(given) if name.startswith("network.")}
    network = replace(network, **{name.removeprefix("network."): _typed(network, name, value) for name, value in parts.items()})
    return replace(preset, network=network, **{name: _typed(preset, name, value) for name, value in given.items()})


def _typed(owner: Preset | NetworkConfig, name: str, value):
    """Return a value as its setting has it: a whole number for a whole number, ..., a tuple where several are allowed."""
    known = _settings_of(owner)
    setting = name.removeprefix("network.")
    if setting not in known:
        raise InputError(f"{name} is no setting: the names are {', '.join(known)}, network and network.NAME")
    like = getattr(owner, setting)
    if setting == "upsampling" and isinstance(value, str):  # one for all scales, in place of one each
        return value
    if isinstance(value, list | tuple) and (isinstance(like, tuple) or setting == "upsampling"):
        return tuple(value)
    if isinstance(like, tuple):
        raise InputError(f"{name} must be a tuple of {len(like)}, not {value!r}")
    check_kind(name, value, type(like))
    return type(like)(value)


def _settings_of(owner: Preset | NetworkConfig) -> dict[str, Field]:
    return {field.name: field for field in fields(owner) if field.name not in _FIXED}
