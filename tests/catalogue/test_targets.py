"""What the words on the command line mean."""

import os
from pathlib import Path

import pytest

from asyncdemo.catalogue.scenario import Catalogue
from asyncdemo.catalogue.targets import expand, names, of_module, resolve
from asyncdemo.errors import UsageError


def shown(catalogue: Catalogue, *words: str, of: str | None = None) -> list[str]:
    return [target.name for target in resolve(words, catalogue, of)]


@pytest.mark.parametrize(
    ("words", "targets"),
    [
        ("-", "-"),
        ("sync-main", "sync-main"),
        ("Sync_Main", "sync-main"),
        ("unawaited", "unawaited-coroutine"),
        ("sync", "simulated-io-wait:sync"),
        ("sync async", "simulated-io-wait:sync simulated-io-wait:async"),
        ("sync processes", "cpu-three-ways:sync cpu-three-ways:processes"),
        ("sync print-coroutine cpu:async", "simulated-io-wait:sync print-coroutine cpu-three-ways:async"),
        ("simulated-io-wait:threads", "simulated-io-wait:threads"),
        ("SIM:THR", "simulated-io-wait:threads"),
        ("sim:async", "simulated-io-wait:async"),
        ("una:", None),
        ("asy", "asyncio-run"),
        ("async", "simulated-io-wait:async"),
        ("u", "unawaited-coroutine"),
        ("simulated-io-wait", "simulated-io-wait"),
        ("sync sync", "simulated-io-wait:sync simulated-io-wait:sync"),
    ],
)
def test_names(catalogue: Catalogue, words: str, targets: str | None) -> None:
    if targets is None:
        with pytest.raises(UsageError):
            shown(catalogue, *words.split())
    else:
        assert shown(catalogue, *words.split()) == targets.split()


@pytest.mark.parametrize(
    ("of", "words", "targets"),
    [
        ("cpu", "sync async", "cpu-three-ways:sync cpu-three-ways:async"),
        ("cpu-three-ways", "pro", "cpu-three-ways:processes"),
        ("cpu-three-ways", "sync-main sync", "sync-main cpu-three-ways:sync"),
    ],
)
def test_of_chooses_the_scenario(catalogue: Catalogue, of: str, words: str, targets: str) -> None:
    assert shown(catalogue, *words.split(), of=of) == targets.split()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("s", "ambiguous: 's' could be sync-main or simulated-io-wait"),
        ("sim:a", "ambiguous: 'a' could be simulated-io-wait:async or simulated-io-wait:anyio"),
        ("simulated-io-wait:trio", "simulated-io-wait has no variant 'trio'; it has sync, threads, async and anyio"),
        ("sync-main:async", "sync-main has no variants, so no 'async' either; write sync-main"),
        (
            "threads processes",
            "no scenario has all the variants threads and processes; "
            "write simulated-io-wait:threads and cpu-three-ways:processes",
        ),
        ("snyc-main", "no scenario or variant is called 'snyc-main'; did you mean sync-main? asyncdemo list shows all"),
        ("xyz", "no scenario or variant is called 'xyz': asyncdemo list shows all"),
        ("\x1b[2J", r"no scenario or variant is called '\x1b[2J': asyncdemo list shows all"),
        (":sync", "no scenario or variant is called '': asyncdemo list shows all"),
        ("article.md", "cannot read article.md: no such file"),
        ("docs/a.MD#3", "cannot read docs/a.MD: no such file"),
        ("a.txt\x1b#1", None),
        ("no\x1b.py", r"no such file: 'no\x1b.py'; asyncdemo list shows the scenarios"),
        ("no/such", "no such file: no/such; asyncdemo list shows the scenarios"),
        ("./", "./ is a folder; name a script in it, or add it with --scenarios"),
    ],
)
def test_errors(catalogue: Catalogue, words: str, message: str | None) -> None:
    with pytest.raises(UsageError) as raised:
        shown(catalogue, *words.split(" "))
    assert str(raised.value).isprintable()
    assert message is None or str(raised.value) == message


def test_of_must_have_the_variant(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError) as raised:
        shown(catalogue, "threads", of="cpu-three-ways")
    assert str(raised.value) == "cpu-three-ways has no variant 'threads'; it has async, processes and sync"


def test_a_path_is_the_person_s_own(catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sync-main.py").write_text("TASKS = 1\n")
    (tmp_path / "broken.py").write_bytes(b"\xff")
    os.mkfifo(tmp_path / "fifo")
    own, broken, fifo = resolve(["sync-main.py", "./broken.py", "./fifo"], catalogue)
    assert (own.name, own.path, own.scenario) == ("sync-main.py", Path("sync-main.py"), None)
    assert own.script and own.script.parameters == {"TASKS": 1}
    assert (broken.name, broken.path, broken.script) == ("./broken.py", Path("broken.py"), None)
    assert (fifo.path, fifo.script) == (Path("fifo"), None)


def test_a_path_that_cannot_be_read(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "loop.py"
    path.symlink_to(path)
    with pytest.raises(UsageError) as raised:
        resolve([str(path)], catalogue)
    assert str(raised.value) == f"cannot read {path}: Too many levels of symbolic links"


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_a_path_without_permission(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "secret.py"
    path.touch(mode=0)
    with pytest.raises(UsageError) as raised:
        resolve([str(path)], catalogue)
    assert str(raised.value) == f"cannot read {path}: Permission denied"


def test_what_a_target_has(catalogue: Catalogue) -> None:
    single, folder, variant, stdin = resolve(["sync-main", "simulated-io-wait", "sync", "-"], catalogue)
    assert single.scenario and single.script is single.scenario.scripts[0]
    assert folder.scenario and (folder.script, folder.path) == (None, folder.scenario.path)
    assert variant.script and (variant.script.variant, variant.path) == ("sync", variant.script.path)
    assert [target.is_stdin for target in (single, folder, variant, stdin)] == [False, False, False, True]
    module = of_module("http.server")
    assert (module.name, module.module, module.is_stdin) == ("-m http.server", "http.server", False)


def test_expand_gives_the_variants_that_can_run(catalogue: Catalogue) -> None:
    single, folder, anyio = resolve(["sync-main", "simulated-io-wait", "anyio"], catalogue)
    assert expand(single) == [single]
    assert expand(anyio) == [anyio]
    assert [target.name for target in expand(folder)] == [
        "simulated-io-wait:sync",
        "simulated-io-wait:threads",
        "simulated-io-wait:async",
    ]


def test_all_names_for_completion(catalogue: Catalogue) -> None:
    assert names(catalogue) == [
        "sync-main",
        "unawaited-coroutine",
        "unawaited",
        "print-coroutine",
        "asyncio-run",
        "simulated-io-wait",
        "simulated-io-wait:sync",
        "simulated-io-wait:threads",
        "simulated-io-wait:async",
        "simulated-io-wait:anyio",
        "cpu-three-ways",
        "cpu-three-ways:async",
        "cpu-three-ways:processes",
        "cpu-three-ways:sync",
    ]
