"""CSV files come in as they were written, and damage stays where it is."""

from __future__ import annotations

import csv
import io
import random
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_server.imports import csv_encoding
from sync_server.imports.csv_source import LOOSE_QUOTE
from sync_server.imports.raw import REPEATS_HEADER, FileRefused
from tests.unit.sync_server.imports.reading import COLUMNS, csv_of, rows_of

TABLE = "id,name,price\n1,Chai,18.00\n2,Chang,19.00\n3,Aniseed Syrup,10.00\n"
CHINESE = "id,name,price\n" + "".join(
    f"{number},{name},{number}.50\n"
    for number, name in enumerate(
        ["北京饭店", "上海第一百货公司", "广州茶叶行", "王小明，经理", "深圳市南山区"], 1
    )
)

# What decoding cannot bring back, marks of byte order, and line ends alone are tested by themselves.
letters = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd\ufeff"), max_size=12)
tables = st.lists(
    st.tuples(letters, letters, letters).filter(lambda row: any(map(str.strip, row)) and row != COLUMNS),
    max_size=12,
)


@settings(max_examples=120)
@given(
    rows=tables,
    separator=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_was_written_is_read(
    rows: list[tuple[str, str, str]], separator: str, quoting: int, encoding: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([COLUMNS, *rows])
    with TemporaryDirectory() as folder:
        source = csv_of(Path(folder), text.getvalue().encode(encoding))
        found = list(source.rows())
    assert source.separator == separator
    assert [row.cells for row in found] == rows
    assert not any(row.problem or row.repaired for row in found)


@settings(max_examples=60)
@given(data=st.binary(max_size=400))
def test_bytes_of_any_kind_raise_nothing_but_a_refusal(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        try:
            rows = rows_of(Path(folder), b"id,name,price\n" + data)
        except FileRefused:
            return
    assert all(len(row.cells) == 3 for row in rows if not row.problem)


@settings(max_examples=60)
@given(lines=st.lists(st.text(alphabet='ab,"\n 1', max_size=12), max_size=20))
def test_a_good_row_is_read_whatever_quotes_stand_before_it(lines: list[str]) -> None:
    text = "id,name,price\n" + "".join(f"{line}\n" for line in lines) + "y,y,y\nz,z,z\n"
    with TemporaryDirectory() as folder:
        rows = rows_of(Path(folder), text)
    assert [row.cells for row in rows[-2:]] == [("y", "y", "y"), ("z", "z", "z")]
    starts = [row.line for row in rows]
    assert starts == sorted(set(starts))
    assert rows[-1].line == text.count("\n")
    assert not rows[-1].problem


def test_line_numbers_count_line_breaks_in_quotes_and_blank_lines(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, 'id,name,price\r\n1,"two\r\nlines",3\r\n\r\n , ,\r\n4,x,5\r\n')
    assert [(row.line, row.cells) for row in rows] == [(2, ("1", "two\r\nlines", "3")), (6, ("4", "x", "5"))]


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (TABLE, "ascii", "utf-8"),
        ("id,name,price\n1,Grüne Soße,2\n", "utf-8", "utf-8"),
        ("id,name,price\n1,Grüne Soße,2\n", "utf-8-sig", "utf-8-sig"),
        ("id,name,price\n1,Grüne Soße,2\n", "utf-16", "utf-16"),
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "gb18030", "gb18030"),
        ("id,name,price\n1,臺灣茶葉公司,2\n2,餘慶號,3\n", "gb18030", "gb18030"),
    ],
)
def test_encoding_is_found_out(tmp_path: Path, text: str, encoding: str, found: str) -> None:
    source = csv_of(tmp_path, text.encode(encoding))
    assert source.encoding == found
    lines = text.splitlines()[1:]
    assert [",".join(row.cells) for row in source.rows()] == lines


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("utf-8", ["Alfreds Futterkiste", "Antonio Moreno Taquería"]),
        ("utf-8", ["北京饭店", "上海百货"]),
        ("gb18030", ["北京饭店", "上海百货"]),
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_encoding_is_found_out_although_one_byte_in_twenty_is_damaged(
    tmp_path: Path, encoding: str, names: list[str], seed: int
) -> None:
    dice = random.Random(seed)
    lines = [f"{number},{dice.choice(names)},{dice.randrange(999)}\n" for number in range(500)]
    body = bytearray("".join(lines).encode(encoding))
    for place in dice.sample(range(len(body)), len(body) // 20):
        body[place] = dice.randrange(256)
    source = csv_of(tmp_path, b"id,name,price\n" + bytes(body))
    assert source.encoding == encoding
    rows = list(source.rows())
    assert sum(bool(row.problem) for row in rows) > 50
    assert all(len(row.cells) == 3 for row in rows if not row.problem)


def test_bytes_that_are_no_text_reject_their_row_only(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, b"id,name,price\n1,Caf\xc3\xa9,2\n2,Caf\xe9,3\n3,Tea,4\n")
    assert [row.problem for row in rows] == ["", "name: bytes that are no text in UTF-8", ""]
    assert (rows[1].line, rows[1].cells[0], rows[2].cells) == (3, "2", ("3", "Tea", "4"))


def test_a_rejected_row_that_was_not_mended_is_rejected_again(tmp_path: Path) -> None:
    damaged = rows_of(tmp_path, b"id,name,price\n2,Caf\xe9,3\n")[0]
    again = rows_of(tmp_path, ("id,name,price\n" + ",".join(damaged.cells) + "\n").encode("utf-8-sig"))
    assert again[0].problem == damaged.problem


def test_an_encoding_can_be_named_and_a_byte_order_mark_knows_better(tmp_path: Path) -> None:
    latin = rows_of(tmp_path, "id,name,price\n1,Grüne Soße,2\n".encode("cp1252"), encoding="cp1252")
    assert latin[0].cells[1] == "Grüne Soße"
    marked = rows_of(tmp_path, "id,name,price\n1,Grüne Soße,2\n".encode("utf-8-sig"), encoding="cp1252")
    assert marked[0].cells[1] == "Grüne Soße"


def test_an_unusual_separator_can_be_named(tmp_path: Path) -> None:
    assert rows_of(tmp_path, "id^name^price\n1^a,b;c^2\n", separator="^")[0].cells == ("1", "a,b;c", "2")


def test_the_separator_is_the_one_that_finds_the_columns(tmp_path: Path) -> None:
    source = csv_of(
        tmp_path, "id|name|price|a,b,c,d,e,f\n1|x|2|y\n", columns=("id", "name", "price", "a,b,c,d,e,f")
    )
    assert source.separator == "|"


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("id,name", ["missing: price."]),
        ("id,name,name,price", ["more than once: name."]),
        ("id,name,price,colour", ["the map does not name: colour."]),
        ("id,,price", ["without a name: B.", "missing: name."]),
        ("name,price,price,size", ["missing: id.", "more than once: price.", "does not name: size."]),
        ("a,b,c", ["not the expected table"]),
        (",,", ["no header"]),
    ],
)
def test_a_header_that_does_not_fit_is_refused_with_all_reasons(
    tmp_path: Path, header: str, told: list[str]
) -> None:
    with pytest.raises(FileRefused) as refused:
        csv_of(tmp_path, f"{header}\n1,2,3\n")
    assert refused.value.code == 1102
    assert all(one in refused.value.message for one in told), refused.value.message


def test_blanks_around_names_of_columns_do_not_count(tmp_path: Path) -> None:
    source = csv_of(tmp_path, "\n id ,name\t, price,,\n1, a ,2,,\n3,b,4,,x\n")
    assert source.columns == COLUMNS
    rows = list(source.rows())
    assert rows[0].cells == ("1", " a ", "2")
    assert "5 cells" in rows[1].problem


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"\x00" * 5_000_000, "never ends"),
        (b"PK\x03\x04 no table at all\n", "not the expected"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(FileRefused, match=told):
        csv_of(tmp_path, data)


def test_header_that_comes_again_is_rejected(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, f"{TABLE}{TABLE}")
    assert [row.line for row in rows if row.problem == REPEATS_HEADER] == [5]
    assert len(rows) == 7


def test_header_of_a_second_marked_file_is_rejected(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, TABLE.encode("utf-8-sig") * 2)
    assert [row.line for row in rows if row.problem] == [5]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("1,2", "the row has 2 cells, the header 3"),
        ("1", "the row has 1 cell, the header 3"),
        ("1,2,3,4", "the row has 4 cells, the header 3"),
    ],
)
def test_rows_of_another_width_are_rejected(tmp_path: Path, row: str, problem: str) -> None:
    rows = rows_of(tmp_path, f"{TABLE}{row}\n5,x,6\n")
    assert [(one.line, one.problem) for one in rows if one.problem] == [(5, problem)]


def test_pieces_that_begin_with_a_space_join_the_piece_before_them(tmp_path: Path) -> None:
    rows = rows_of(
        tmp_path, "id,name,price\n7,Pavlova, Ltd.,2\n8,a, b, c,3\n9,a,b,4\n1, x,2\n", repair="join-spaced"
    )
    assert [row.cells for row in rows[:2]] == [("7", "Pavlova, Ltd.", "2"), ("8", "a, b, c", "3")]
    assert rows[0].repaired == '"," without quotes taken as part of "Pavlova, Ltd."'
    assert rows[2].problem == "the row has 4 cells, the header 3"
    assert rows[3].cells == ("1", " x", "2")
    assert not rows[3].repaired


def test_without_the_rule_nothing_is_joined(tmp_path: Path) -> None:
    assert rows_of(tmp_path, "id,name,price\n7,Pavlova, Ltd.,2\n")[0].problem


@pytest.mark.parametrize("behind", [0, 3, 40_000])
@pytest.mark.parametrize("quoted", ['"x {}"', "x {}"])
def test_a_quote_that_never_ends_rejects_the_row_where_it_begins(
    tmp_path: Path, behind: int, quoted: str
) -> None:
    lines = [f"{number},{quoted.format(number)},1\n" for number in range(2, 2 + behind)]
    rows = rows_of(tmp_path, "id,name,price\n" + '1,"Chai,18.00\n' + "".join(lines))
    assert [(row.line, row.cells) for row in rows if row.problem] == [(2, ("1", '"Chai', "18.00"))]
    assert rows[0].problem == LOOSE_QUOTE
    assert [row.cells[0] for row in rows[1:]] == [str(number) for number in range(2, 2 + behind)]


def test_a_quote_that_ends_rows_later_by_chance_is_contained(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, 'id,name,price\n1,"a,2\n2,b,3\n3,c"\n4,d,5\n')
    assert [(row.line, row.cells[0]) for row in rows if not row.problem] == [(3, "2"), (5, "4")]
    assert rows[0].problem == "the row has 2 cells, the header 3: a quote in it may lack its end"
    assert rows[2].problem == "the row has 2 cells, the header 3"


def test_a_quote_inside_a_text_without_quotes_is_a_sign_like_others(tmp_path: Path) -> None:
    assert rows_of(tmp_path, 'id,name,price\n1,12" disc "gold",2\n')[0].cells[1] == '12" disc "gold"'


def test_rows_that_cross_blocks_are_whole(tmp_path: Path) -> None:
    long = "word\n" * 9000
    text = "id,name,price\n" + "".join(f'{number},"{long}",1\n' for number in range(20))
    rows = rows_of(tmp_path, text)
    assert [row.line for row in rows] == [2 + number * 9001 for number in range(20)]
    assert all(row.cells[1] == long and not row.problem for row in rows)


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="cannot be read"):
        csv_encoding.find_encoding(tmp_path / "nothing.csv", "nothing.csv")


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    line = "10248,Queso Cabrales,14.00\n"

    def peak(rows: int) -> int:
        source = csv_of(tmp_path, "id,name,price\n" + line * rows)
        tracemalloc.start()
        count = sum(1 for _ in source.rows())
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == rows
        return used

    small, large = peak(20_000), peak(60_000)
    assert large < small * 1.2 + 100_000
