"""What a command says of bad input names the option as it was typed."""

import pytest

from paddle_dip.cli.command import as_typed, command_line, run


@pytest.mark.parametrize(
    ("message", "words", "shown"),
    [
        ("factor must be 2", ["x.png", "--factor", "1"], "--factor must be 2"),
        ("work_scale must be 1", ["--work-scale=2"], "--work-scale must be 1"),
        ("factor must be 2", ["x.png", "--factors", "1"], "factor must be 2"),
        ("image factor is 1x1", ["--factor", "1"], "image factor is 1x1"),
        ("--factor must be 2", ["--factor", "1"], "--factor must be 2"),
    ],
)
def test_the_argument_becomes_the_option_that_was_typed(message, words, shown):
    assert as_typed(message, words) == shown


def test_ctrl_c_while_a_library_loads_is_an_interrupt(capsys, monkeypatch):
    app = command_line()

    @app.command()
    def load() -> None:
        raise ImportError("initialization failed") from KeyboardInterrupt()

    monkeypatch.setattr("sys.argv", ["x"])
    with pytest.raises(SystemExit, match="130"):
        run(app)
    assert capsys.readouterr().err == "error: interrupted\n"
