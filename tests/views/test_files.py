"""The code of several files beside what happened there, below a program of one's own."""

from asyncdemo.model.recording import Finding
from asyncdemo.views.terminal.run_layout import Look
from asyncdemo.views.terminal.run_view import RunView
from tests.views.fabricated import Text, outputs, page, run

APP = "import asyncio\n\nimport store\n\nasyncio.run(store.handle(1))\n"
STORE = "import time\n\n\ndef read():\n    time.sleep(0.2)\n\n\nasync def handle(n):\n    read()\n    print(n)\n"
PATH = "/course/shop/store.py"
BLOCKS = Finding(
    "blocking-call",
    "warning",
    PATH,
    5,
    "It blocks the event loop; nothing else could run meanwhile. Called by handle (line 9).",
    "line 9: await asyncio.to_thread(read)",
    0.2,
    beside=((5, "blocked the loop for 0.20 s"), (9, "called read, which blocks")),
)


def shown(*findings: Finding, show_code: bool | None = None) -> str:
    observed = run(outputs((0.1, "1\n", 5)), source=APP)
    observed = observed._replace(findings=findings, subject=observed.subject._replace(modules={PATH: STORE}))
    stream = Text()
    RunView(page(stream), Look("app.py", source=APP, fold=False, show_code=show_code)).whole(observed)
    return stream.getvalue()


def test_the_file_in_which_something_was_found_is_shown_under_its_name() -> None:
    text = shown(BLOCKS)
    excerpt = text[text.index("shop/store.py\n") :]
    assert "!  5       time.sleep(0.2)   ◄ blocked the loop for 0.20 s\n" in excerpt
    assert "   9       read()            ◄ called read, which blocks\n" in excerpt
    assert "! blocking-call   shop/store.py:5   0.20 s\n" in text
    assert "import store" not in text


def test_all_findings_of_a_program_are_told_whole() -> None:
    text = shown(*(BLOCKS._replace(line=5 + n, advice=f"do {n}") for n in range(9)))
    assert all(f"Fix  do {n}" in text for n in range(9))
    assert "more: --full" not in text


def test_the_script_stands_alone_where_nothing_was_found_elsewhere() -> None:
    assert "store.py\n" not in shown()
    assert "import store" in shown()
    assert "time.sleep" not in shown(BLOCKS, show_code=False)
