"""What a person got wrong, told from what the program got wrong."""


class InputError(ValueError):
    """A setting, file or image that can't be used; the message is one line that begins with what is wrong and says what is allowed.

    Commands show it as that line. Every other ValueError is a fault of the program and shows its traceback.
    """

    @property
    def setting(self) -> str:
        """The name of the setting that is wrong, where the message begins with one; else empty."""
        first, *_ = str(self).split(maxsplit=1) or [""]
        name = first.removeprefix("--").replace("-", "_")
        return name if name.isidentifier() else ""


class FitError(ArithmeticError):
    """A fit that went wrong by itself: its loss or output isn't a number, or it failed again and again."""
