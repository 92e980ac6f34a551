"""Output as rows: wrapped, with its time, live on a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncdemo.model.recording import Output, Stream
from asyncdemo.views.terminal.output_lines import FEWEST_LIVE, GUTTER, Lines
from asyncdemo.views.terminal.output_lines import Stream as RowStream
from asyncdemo.views.terminal.text import cells
from tests.views.fabricated import Screen, Text, page

WIDTH = 80 - 1 - GUTTER


def written(*pieces: Output, budget: int | None = None, width: int = 80) -> list[str]:
    stream = RowStream(page(text := Text(), width), budget=budget)
    for piece in pieces:
        stream.write(piece, 0.0)
    stream.finish()
    return text.getvalue().splitlines()


def out(at: float, text: str, stream: Stream = "stdout") -> Output:
    return Output(at, stream, text)


@pytest.mark.parametrize(
    ("pieces", "rows"),
    [
        ([], []),
        ([out(0, "a\n")], ["  0.00 s   a"]),
        ([out(0, "a\nb\n")], ["  0.00 s   a", "           b"]),
        ([out(0, "a\n"), out(0, "b\n")], ["  0.00 s   a", "  0.00 s   b"]),
        ([out(0, "a"), out(1, "b\n")], ["  0.00 s   ab"]),
        ([out(0, "a")], ["  0.00 s   a"]),
        ([out(0, "a"), out(1, "b\n", "stderr")], ["  0.00 s   a", "  1.00 s ! b"]),
        ([out(0, "a", "other"), out(1, "b")], ["  0.00 s ~ a", "  1.00 s   b"]),
        ([out(0, "\n")], ["  0.00 s"]),
        ([out(0, "a\n\nb\n")], ["  0.00 s   a", "", "           b"]),
        ([out(0, "a\r\nb\r\n")], ["  0.00 s   a", "           b"]),
        ([out(0, "a\r"), out(1, "\nb\n")], ["  0.00 s   a", "           b"]),
        ([out(0, "10 %\r20 %\r"), out(1, "30 %\n")], ["  0.00 s   30 %"]),
        ([out(0, "10 %\r"), out(1, "\n")], ["  0.00 s   10 %"]),
        ([out(-0.004, "a\n")], ["  0.00 s   a"]),
        ([out(-0.5, "a\n")], [" -0.50 s   a"]),
        ([out(999.99, "a\n"), out(1000, "b\n")], ["999.99 s   a", "  1000 s   b"]),
        ([out(0, "\x1b[2J\ttab\n")], [r"  0.00 s   \x1b[2J    tab"]),
        ([out(0, "x" * WIDTH + "\n")], ["  0.00 s   " + "x" * WIDTH]),
        ([out(0, "x" * WIDTH + "y\n", "stderr")], ["  0.00 s ! " + "x" * WIDTH, "           y"]),
    ],
)
def test_rows(pieces: list[Output], rows: list[str]) -> None:
    assert written(*pieces) == rows


PIECES = st.lists(
    st.tuples(st.text("ab \n\r日\x1b", max_size=100), st.sampled_from(["stdout", "stderr", "other"])), max_size=20
)


@given(st.text("ab 日\x1b", max_size=500), st.lists(st.integers(1, 50), max_size=20))
def test_a_line_is_the_same_in_however_many_pieces_it_comes(line: str, sizes: list[int]) -> None:
    pieces, rest = [], line + "\n"
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    in_pieces = written(*(out(0, piece) for piece in (*pieces, rest) if piece))
    assert in_pieces == written(out(0, line + "\n"))


@given(PIECES, st.sampled_from([40, 80, 200]))
def test_no_row_is_too_wide_and_nothing_is_lost(pieces: list[tuple[str, Stream]], width: int) -> None:
    lines = Lines(page(Text(), width))
    rows = [row for text, stream in pieces for row in lines.add(out(0, text, stream), 0.0)] + lines.end()
    assert all(GUTTER + cells(row.text) < width for row in rows)
    if not any("\r" in text for text, _ in pieces):
        shown = "".join(row.text for row in rows)
        assert shown.replace(r"\x1b", "\x1b") == "".join(text for text, _ in pieces).replace("\n", "")


@given(PIECES, st.integers(FEWEST_LIVE, 20))
def test_the_budget_is_kept(pieces: list[tuple[str, Stream]], budget: int) -> None:
    printed = [out(0, text, stream) for text, stream in pieces]
    whole, folded = written(*printed), written(*printed, budget=budget)
    assert len(folded) <= budget
    if len(whole) <= budget:
        assert folded == whole
    else:
        assert folded[-4] == f"           … {len(whole) - budget + 1} more rows: --full"
        assert folded[: budget - 4] + folded[-3:] == whole[: budget - 4] + whole[-3:]


def test_a_progress_bar_costs_no_more_the_longer_it_runs() -> None:
    lines = Lines(page(Text()))
    for n in range(5000):
        assert lines.add(out(0, f"\r{n:>60} %"), 0.0) == []
    assert lines.unended is not None
    assert lines.unended.text == f"{4999:>60} %"


class TestOnATerminal:
    def setup_method(self) -> None:
        self.screen = Screen(60, 12)
        self.stream = RowStream(page(self.screen, 60))

    def test_a_line_without_its_end_is_seen_and_completed(self) -> None:
        self.stream.write(out(0, "working"), 0.0)
        assert self.screen.rows() == [""]
        self.stream.tick(for_input=False)
        assert self.screen.rows() == ["  0.00 s   working"]
        self.stream.write(out(1, " done\n"), 0.0)
        assert self.screen.rows() == ["  0.00 s   working done"]

    def test_a_progress_bar_stays_in_its_row(self) -> None:
        for percent in range(0, 101, 20):
            self.stream.write(out(percent / 100, f"\r{percent} %"), 0.0)
            self.stream.tick(for_input=False)
            assert self.screen.rows() == [f"  0.00 s   {percent} %"]
        self.stream.write(out(2, "\nend\n"), 0.0)
        assert self.screen.rows() == ["  0.00 s   100 %", "           end"]

    def test_a_prompt_is_ended_by_the_person(self) -> None:
        self.stream.write(out(0, "Name: "), 0.0)
        self.stream.tick(for_input=True)
        self.screen.write("Ann\r\n")
        self.stream.write(out(1, "hello\n"), 0.0)
        assert self.screen.rows() == ["  0.00 s   Name: Ann", "  1.00 s   hello"]

    def test_what_was_typed_too_early_stays(self) -> None:
        self.stream.write(out(0, "Name: "), 0.0)
        self.stream.tick(for_input=False)
        self.screen.write("An")
        self.stream.tick(for_input=False)
        self.stream.tick(for_input=True)
        self.screen.write("n\r\n")
        self.stream.tick(for_input=False)
        self.stream.write(out(1, "hello\n"), 0.0)
        assert self.screen.rows() == ["  0.00 s   Name: Ann", "  1.00 s   hello"]

    @pytest.mark.parametrize("typed", ["", "An^C", "^C", "x", "x" * 59])
    def test_what_follows_has_a_row_of_its_own_if_enter_never_came(self, typed: str) -> None:
        self.stream.write(out(0, "Name: "), 0.0)
        self.stream.tick(for_input=True)
        self.screen.write(typed)
        self.stream.write(out(1, "hello\n"), 0.0)
        assert self.screen.rows()[-1] == "  1.00 s   hello"
        assert "".join(self.screen.rows()[:-1]) == f"  0.00 s   Name: {typed}".rstrip()

    @pytest.mark.parametrize("typed", ["^C", "Password: ", "Ann\r\n", "x"])
    def test_so_it_has_after_a_silence(self, typed: str) -> None:
        self.stream.write(out(0, "a\n"), 0.0)
        self.stream.tick(for_input=False)
        self.screen.write(typed)
        self.stream.write(out(1, "b\n"), 0.0)
        assert self.screen.rows() == ["  0.00 s   a", typed.strip(), "  1.00 s   b"]

    def test_a_silence_leaves_no_gap(self) -> None:
        for n in range(3):
            self.stream.write(out(n, f"{n}\n"), 0.0)
            for _ in range(3):
                self.stream.tick(for_input=False)
        self.stream.finish()
        assert self.screen.rows() == ["  0.00 s   0", "  1.00 s   1", "  2.00 s   2"]

    def test_another_stream_ends_the_line(self) -> None:
        self.stream.write(out(0, "working"), 0.0)
        self.stream.tick(for_input=False)
        self.stream.write(out(1, "careful\n", "stderr"), 0.0)
        assert self.screen.rows() == ["  0.00 s   working", "  1.00 s ! careful"]

    def test_a_long_prompt(self) -> None:
        self.stream.write(out(0, "word " * 20), 0.0)
        self.stream.tick(for_input=True)
        assert [len(row) for row in self.screen.rows()] == [55, 55, 20]

    def test_a_prompt_is_seen_though_there_were_too_many_rows(self) -> None:
        self.stream = RowStream(page(self.screen, 60), budget=FEWEST_LIVE)
        for n in range(20):
            self.stream.write(out(n, f"{n}\n"), 0.0)
        self.stream.write(out(20, "Name: "), 0.0)
        self.stream.tick(for_input=True)
        assert self.screen.rows()[2:] == [
            "           … 15 more rows: --full",
            " 17.00 s   17",
            " 18.00 s   18",
            " 19.00 s   19",
            " 20.00 s   Name:",
        ]

    def test_the_latest_row_of_too_many_is_seen(self) -> None:
        self.stream = RowStream(page(self.screen, 60), budget=FEWEST_LIVE)
        for n in range(20):
            self.stream.write(out(n, f"{n}\n"), 0.0)
            self.stream.tick(for_input=False)
            assert self.screen.rows()[-1] == f"{n:>3}.00 s   {n}"
            assert len(self.screen.rows()) <= 3
        self.stream.finish()
        assert self.screen.rows()[-2:] == [" 18.00 s   18", " 19.00 s   19"]
        assert len(self.screen.rows()) == FEWEST_LIVE

    def test_rows_begin_at_the_left_though_the_terminal_is_in_raw_mode(self) -> None:
        self.stream.write(out(0, "a\nb\n"), 0.0)
        assert self.screen.rows() == ["  0.00 s   a", "           b"]


def test_a_terminal_that_cannot_erase_shows_prompts_and_whole_lines_only() -> None:
    stream = RowStream(page(text := Text(terminal=True), TERM="dumb"))
    stream.write(out(0, "Name: "), 0.0)
    stream.tick(for_input=False)
    assert text.getvalue() == ""
    stream.tick(for_input=True)
    assert text.getvalue() == "  0.00 s   Name: "
    text.write("Ann\n")
    stream.write(out(1, "hello\n"), 0.0)
    assert text.getvalue() == "  0.00 s   Name: Ann\n  1.00 s   hello\n"


def test_a_pipe_gets_no_codes_that_move_the_cursor() -> None:
    stream = RowStream(page(text := Text(), FORCE_COLOR="1"), budget=FEWEST_LIVE)
    for n in range(20):
        stream.write(out(n, f"{n}"), 0.0)
        stream.tick(for_input=n % 2 == 0)
    stream.finish()
    assert "\r" not in text.getvalue()
    assert "\x1b[K" not in text.getvalue()


PIECES = st.builds(
    out,
    st.sampled_from([0.0, 0.001, 0.0049, 0.005, 0.0151, 1.0, 99.5, 999.99, 1000.0, 123_456.7, -0.5, -200.0]),
    st.sampled_from(
        [
            "a\n",
            "b\n",
            "line 7\n",
            "\n",
            " \n",
            "a ",
            "a \n",
            "x\ty\n",
            "é\n",
            "\x1b[2J\n",
            "a\nb\n",
            f"{'w' * 90}\n",
            "a\r\n",
        ]
    ),
    st.sampled_from(["stdout"] * 6 + ["stderr", "other"]),
)


@given(
    batches=st.lists(st.lists(PIECES, max_size=12), max_size=4),
    budget=st.sampled_from([None, FEWEST_LIVE, 9]),
    environ=st.sampled_from([{}, {"FORCE_COLOR": "1"}]),
    terminal=st.booleans(),
)
def test_many_at_once_are_written_as_one_by_one(
    batches: list[list[Output]], budget: int | None, environ: dict[str, str], terminal: bool
) -> None:
    texts = Text(terminal=terminal), Text(terminal=terminal)
    one, many = (RowStream(page(text, 60, **environ), budget=budget) for text in texts)
    for batch in batches:
        for piece in batch:
            one.write(piece, 0.0)
        many.write_all(batch, 0.0)
        for stream in (one, many):
            stream.tick(for_input=False)
    for stream in (one, many):
        stream.finish()
    assert texts[1].getvalue() == texts[0].getvalue()
    assert many.rows == one.rows
