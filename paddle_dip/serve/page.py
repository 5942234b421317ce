"""The page: what is asked on the left, the job on the right. It keeps nothing but the job's name, which is in its address."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from paddle_dip.errors import InputError
from paddle_dip.io.images import read_photo, read_size, write_rgb
from paddle_dip.notebook.sample_degradations import degraded_photo
from paddle_dip.problem.task_table import FACTOR, TASKS, task_presets
from paddle_dip.serve.jobs import ENDED, Jobs, JobView
from paddle_dip.serve.painted import painted_mask
from paddle_dip.serve.request import Request
from paddle_dip.serve.shown import announced, curve, noticed, status
from paddle_dip.serve.texts import LANGUAGES, TEXTS, language_of

_FILES = ("result", "gif", "settings")
_TICK_SECONDS = 1
_KEEP_ADDRESS = """(name) => {
    const address = new URL(window.location);
    name ? address.searchParams.set("job", name) : address.searchParams.delete("job");
    window.history.replaceState(null, "", address);
    return name;
}"""
# Gradio shows a picture inside a button without a name: it gets the picture's, whenever one comes.
JAVASCRIPT = """() => {
    const name = () => document.querySelectorAll(".image-container button:not([aria-label])").forEach((button) => {
        const label = button.closest(".block")?.querySelector("label")?.innerText.trim();
        if (!button.innerText.trim()) button.setAttribute("aria-label", label || "image");
    });
    new MutationObserver(name).observe(document.body, {childList: true, subtree: true});
    name();
}"""
CSS = """
.status { font-size: 1.1rem; }
.notice { font-weight: bold; }
.curve svg { max-width: 100%; height: auto; background: #fff; }
/* Gradio's own are fainter than a contrast of 4.5. */
button.primary { background: #b23c00 !important; color: #fff !important; }
.status, .or { color: var(--body-text-color) !important; }
"""


class Page:
    """The components by the names of their texts, and what happens when they are used."""

    def __init__(self, jobs: Jobs):
        self._jobs, self._uploads = jobs, jobs.uploads
        self.parts: dict[str, Any] = {}

    def build(self) -> gr.Blocks:
        keep = int(60 * self._jobs.limits.keep_minutes)
        # Uploads go when the jobs they were made for are forgotten.
        with gr.Blocks(title="paddle_dip", analytics_enabled=False, delete_cache=(max(keep // 4, 1), max(keep, 1))) as page:
            self._lay_out()
            self._connect(page)
        return page

    def _lay_out(self) -> None:
        say, parts = TEXTS["en"], self.parts
        parts["title"] = gr.Markdown(f"## {say['title']}")
        with gr.Row():
            with gr.Column(min_width=320):
                self._lay_out_form(say)
            with gr.Column(min_width=320):
                self._lay_out_job(say)
        parts["name"], parts["shown"] = gr.Textbox(visible=False), gr.State(())
        parts["timer"] = gr.Timer(_TICK_SECONDS, active=False)

    def _lay_out_form(self, say: dict[str, str]) -> None:
        parts = self.parts
        parts["language"] = gr.Radio(list(LANGUAGES.items()), value="en", label=say["language"])
        parts["task"] = gr.Dropdown(_tasks("en"), value="super-resolve", label=say["task"])
        parts["preset"] = gr.Dropdown(list(task_presets("super-resolve")), value="quick", label=say["preset"])
        parts["factor"] = gr.Slider(2, 8, FACTOR, step=1, label=say["factor"])
        # Not gr.Image: it opens what it is given itself, and says nothing of what it can't read.
        parts["photo"] = gr.File(label=say["photo"], height=120)
        parts["preview"] = gr.Image(visible=False, interactive=False, show_label=False, buttons=[], height=300)
        parts["mask"] = gr.File(label=say["mask"], height=120, visible=False)
        parts["paint"] = gr.ImageEditor(
            label=say["paint"],
            visible=False,
            type="pil",
            sources=(),
            transforms=(),
            layers=False,
            brush=gr.Brush(colors=["#ffffff"], default_size=16, color_mode="fixed"),
        )
        with gr.Accordion(say["more"], open=False) as parts["more"]:
            # No minimum: Gradio would refuse what is below without a word; `Request.check` has words.
            parts["steps"] = gr.Number(label=say["steps"], precision=0)
            parts["seed"] = gr.Number(0, label=say["seed"], precision=0)
        parts["example"] = gr.Button(say["example"])
        parts["notice"] = gr.HTML()
        parts["start"] = gr.Button(say["start"], variant="primary")

    def _lay_out_job(self, say: dict[str, str]) -> None:
        parts = self.parts
        parts["status"] = gr.HTML(announced(say["idle"]))
        parts["stop"] = gr.Button(say["stop"], variant="stop", visible=False)
        parts["picture"] = gr.Image(label=say["picture"], visible=False, interactive=False, buttons=["fullscreen"])
        parts["compare"] = gr.ImageSlider(label=say["compare"], visible=False, interactive=False, buttons=["fullscreen"])
        parts["curve"] = gr.HTML()
        for name in _FILES:
            parts[name] = gr.DownloadButton(say[name], visible=False)
        parts["forget"] = gr.Button(say["forget"], visible=False)

    def _connect(self, page: gr.Blocks) -> None:
        parts, wired = self.parts, self._wired
        form = ["name", "language", "task", "preset", "factor", "photo", "mask", "paint", "steps", "seed"]
        job = ["status", "stop", "picture", "compare", "curve", *_FILES, "forget", "shown", "timer"]
        asked, whole = ["name", "language"], ["name", "language", "shown"]
        offered = ["preset", "factor", "mask", "preview", "paint"]
        wired(page.load, self._load, [], ["language", "name"]).then(
            self._words, self._of(["language", "task"]), self._of(list(_worded(parts)))
        ).then(self._again, self._of(asked), self._of(job))
        worded = wired(parts["language"].input, self._words, ["language", "task"], list(_worded(parts)))
        worded.then(self._again, self._of(asked), self._of(job))
        wired(parts["task"].change, self._task, ["language", "task", "photo"], offered)
        wired(parts["photo"].change, self._photo, ["language", "task", "photo"], ["preview", "paint", "notice"])
        for changed in (parts["mask"].upload, parts["mask"].clear):  # by a person: what was said of the former one is past
            wired(changed, lambda: "", [], ["notice"])
        wired(parts["example"].click, self._example, ["language", "task"], ["photo", "mask", "notice"])
        begun = wired(parts["start"].click, self._start, form, ["name", "notice"])
        begun.then(self._again, self._of(asked), self._of(job)).then(None, parts["name"], None, js=_KEEP_ADDRESS)
        wired(parts["timer"].tick, self._tick, whole, job, show_progress="hidden")
        wired(parts["stop"].click, self._jobs.stop, ["name"], [])
        wired(parts["forget"].click, self._jobs.forget, ["name"], []).then(self._again, self._of(asked), self._of(job))

    def _of(self, names: list[str]) -> list[Any]:
        return [self.parts[name] for name in names]

    def _wired(self, event: Callable, act: Callable, inputs: list[str], outputs: list[str], **how: Any) -> Any:
        """Have an event call `act`; outside Gradio's queue, where one page's request would wait for another's."""
        return event(act, self._of(inputs), self._of(outputs), queue=False, **how)

    def _load(self, request: gr.Request) -> tuple[str, str]:
        asked = request.query_params.get("lang", "")
        language = asked if asked in TEXTS else language_of(request.headers.get("accept-language", ""))
        return language, request.query_params.get("job", "")

    def _words(self, language: str, task: str) -> list[Any]:
        """Return the update of each part that has words: its label, or what it shows; what was said before isn't said again."""
        say = TEXTS[language]
        special = {
            "title": gr.update(value=f"## {say['title']}"),
            "task": gr.update(label=say["task"], choices=_tasks(language)),
            "status": announced(say["idle"]),
            "notice": "",
            "mask": gr.update(label=say[Request(task, "").needs or "mask"]),
            **{name: gr.update(value=say[name]) for name in ("start", "example", "stop", "forget")},
        }
        return [special[name] if name in special else gr.update(label=say[name]) for name in _worded(self.parts)]

    def _task(self, language: str, task: str, photo: str | None) -> list[Any]:
        presets = list(task_presets(task))
        needs = Request(task, "").needs
        default = "quick" if "quick" in presets else "fast"
        return [
            gr.update(choices=presets, value=default if default in presets else presets[0]),
            gr.update(visible="factor" in TASKS[task].inputs),
            gr.update(visible=needs is not None, label=TEXTS[language][needs or "mask"], value=None),
            *self._photo(language, task, photo)[:2],
        ]

    def _photo(self, language: str, task: str, photo: str | None) -> list[Any]:
        """Show a photo, over which a mask is painted where the task wants one, or say what is wrong with it."""
        if photo is None:
            return [gr.update(visible=False, value=None), gr.update(visible=False, value=None), ""]
        try:
            Request("denoise", photo, steps=1).check(self._jobs.limits)  # the picture alone
            shown = self._uploads / f"{secrets.token_hex(8)}.png"
            write_rgb(shown, read_photo(Path(photo)).pixels)
        except (InputError, OSError) as error:
            hidden = gr.update(visible=False, value=None)
            return [hidden, hidden, noticed(TEXTS[language]["refused"].format(message=_told(error)))]
        masked = Request(task, "").needs == "mask"
        height, width = read_size(Path(photo))
        return [
            gr.update(visible=not masked, value=str(shown)),
            gr.update(visible=masked, value=str(shown), canvas_size=(width, height)),
            "",
        ]

    def _example(self, language: str, task: str) -> tuple[Any, Any, str]:
        if "flash" in TASKS[task].inputs:
            return gr.skip(), gr.skip(), noticed(TEXTS[language]["no_example"])
        try:
            sample = degraded_photo(task, self._uploads / "examples" / task)
        except OSError as error:
            return gr.skip(), gr.skip(), noticed(TEXTS[language]["refused"].format(message=_told(error)))
        mask = sample.inputs.get("mask")
        return str(sample.photo), str(mask) if mask else None, ""

    def _start(
        self, name: str, language: str, task: str, preset: str, factor, photo, second, editor, steps, seed
    ) -> tuple[Any, Any]:
        """Begin a job; while the page's own isn't at its end it begins no other, which would take its place and its address."""
        say, view = TEXTS[language], self._jobs.look(name)
        if view and view.state not in ENDED:
            return gr.skip(), noticed(say["busy"])
        if photo is None:
            return gr.skip(), noticed(say["no_photo"])
        painted, masked = self._uploads / f"{secrets.token_hex(8)}_mask.png", Request(task, "").needs == "mask"
        try:
            if second is None and masked:
                second = painted_mask(editor, painted)
                if second is None:
                    return gr.skip(), noticed(say["no_mask"])
            # What is typed may be 3.5, or nothing, and is refused.
            times = factor if factor is None or factor % 1 else int(factor)
            return self._jobs.submit(Request(task, photo, second and str(second), preset, times, steps, int(seed or 0))), ""
        except (InputError, OSError) as error:
            return gr.skip(), noticed(say["refused"].format(message=_told(error)))
        finally:
            painted.unlink(missing_ok=True)

    def _again(self, name: str, language: str) -> dict[Any, Any]:
        return self._tick(name, language, ())

    def _tick(self, name: str, language: str, shown: tuple) -> dict[Any, Any]:
        """Return the updates of the job's side; what hasn't changed since `shown` is left as it is."""
        parts, view = self.parts, self._jobs.look(name)
        if not name:
            return {parts["shown"]: ()}
        words = {parts["status"]: announced(status(view, language))}
        if view is None:
            gone = {parts[part]: gr.update(visible=False) for part in ("stop", "picture", "compare", *_FILES, "forget")}
            return words | gone | {parts["curve"]: "", parts["shown"]: (), parts["timer"]: gr.Timer(active=False)}
        now = (view.state, len(view.points), language)
        return words if now == tuple(shown) else words | self._job(view) | {parts["curve"]: curve(view), parts["shown"]: now}

    def _job(self, view: JobView) -> dict[Any, Any]:
        """Return the updates of what shows a job, its words and curve aside."""
        parts, ended = self.parts, view.state in ENDED
        picture = str(view.picture) if view.picture and not view.after else None
        sides = (str(view.before), str(view.after)) if view.after else None
        files = {name: str(view.files[name]) if name in view.files else None for name in _FILES}
        return {
            parts["stop"]: gr.update(visible=not ended),
            parts["picture"]: gr.update(visible=picture is not None, value=picture),
            parts["compare"]: gr.update(visible=sides is not None, value=sides),
            **{parts[name]: gr.update(visible=path is not None, value=path) for name, path in files.items()},
            parts["forget"]: gr.update(visible=ended),
            parts["timer"]: gr.Timer(active=not ended),
        }


def _worded(parts: dict[str, Any]) -> list[str]:
    """Return the names of the parts whose words follow the language."""
    return [name for name in parts if name in ("status", "notice") or name in TEXTS["en"]]


def _tasks(language: str) -> list[tuple[str, str]]:
    return [(TEXTS[language][task], task) for task in TASKS]


def _told(error: InputError | OSError) -> str:
    """Return what is wrong without the folder that an upload lies in."""
    words = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    return " ".join(Path(word).name if word.startswith("/") else word for word in words.split())
