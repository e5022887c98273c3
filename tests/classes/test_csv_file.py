"""Tests of jetcar.classes.csv_file: tables as spreadsheets of all countries save them."""

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetcar.classes import ClassTable, SegmClass, read_csv, write_csv
from jetcar.errors import UserError
from jetcar.wording import STARTS_FORMULA

TABLE = "code,name,color\n0,nothing,000000\n1,lane,00FF00\n2,Bäume,FF0000\n"
MEANT = ClassTable(
    (
        SegmClass(0, "nothing", (0, 0, 0)),
        SegmClass(1, "lane", (0, 255, 0)),
        SegmClass(2, "Bäume", (255, 0, 0)),
    )
)

SAVED = {
    "Excel with UTF-8": TABLE.replace("\n", "\r\n").encode("utf-8-sig"),
    "Excel for Mac": TABLE.replace("\n", "\r").encode("utf-8"),
    "German Excel": TABLE.replace(",", ";").replace("\n", "\r\n").encode("cp1252"),
    "Excel with a line about its separator": f"sep=;\n{TABLE.replace(',', ';')}".encode(),
    "Excel as Unicode text": TABLE.replace(",", "\t").encode("utf-16"),
    "LibreOffice with quotes": "\n".join(
        ",".join(f'"{cell}"' for cell in row.split(",")) for row in TABLE.splitlines()
    ).encode(),
    "spaces after commas": TABLE.replace(",", ", ").encode(),
    "headings with capitals": TABLE.replace("code,name,color", " Code,NAME,Color ").encode(),
    "German headings": TABLE.replace("code,name,color", "Wert,Klasse,Farbe").encode(),
    "British headings": TABLE.replace("color", "colour").encode(),
    "empty rows": f"\n{TABLE},,\n\n,,\n".encode(),
    "zeros that were lost": TABLE.replace("000000", "0").encode(),
    "more columns, in another order": (
        "note,color,code,name\nx,#000000,0,nothing\n,#00ff00,1.0,lane\n,#FF0000,2,Bäume\n".encode()
    ),
}


@pytest.mark.parametrize("content", SAVED.values(), ids=SAVED)
def test_a_table_is_read_as_a_spreadsheet_saved_it(tmp_path, content):
    (tmp_path / "classes.csv").write_bytes(content)
    assert read_csv(tmp_path / "classes.csv") == MEANT


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1,2,3\n", "line 1: there is no column code"),
        ("code;name\n1;a\n", "line 1: there is no column color"),
        ("code,name,color\n0,a,000000\nx,b,00FF00\n", "line 3: 'x' is not a code"),
        ("code,name,color\n\n0,a,green\n", "line 3: 'green' is not a colour; write RRGGBB"),
        ("code,name,color\n0,a,1E+05\n", r"line 2: '1E\+05' is not a colour"),
        ("code,name,color\n0,a\n", "line 2: it has 2 values, fewer than columns"),
        ('code,name,color\n0,"a,000000\n', "unexpected end of data"),
        ("code,name,color\n300,a,000000\n", "Class 'a' has the code 300"),
        ("code,name,color\n0,\x1b[2Ja,000000\n", r"has the name '\\x1b\[2Ja'"),
        ('code,name,color\n0,"a\nb",000000\n', r"has the name 'a\\nb'"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_line(tmp_path, text, told):
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=rf"c\.csv is not a class table \(.*{told}.*\)\. It needs"):
        read_csv(tmp_path / "c.csv")


@given(st.text("=+-@'a1, \"", min_size=1, max_size=6).map(str.strip).filter(bool))
def test_no_name_becomes_a_formula_and_each_is_read_back(tmp_path_factory, name):
    path = tmp_path_factory.mktemp("c") / "classes.csv"
    table = ClassTable((SegmClass(0, name, (1, 2, 3)),))
    write_csv(table, path)
    assert read_csv(path) == table
    with path.open(newline="", encoding="utf-8") as file:
        cell = [*csv.reader(file)][1][1]
    assert re.fullmatch(r"[+-]\d+", cell) or not cell.startswith(STARTS_FORMULA)


def test_megabytes_are_no_class_table(tmp_path):
    (tmp_path / "c.csv").write_text(
        f"code,name,color\n0,{'a' * 5_000_000},000000\n", encoding="utf-8"
    )
    with pytest.raises(UserError, match=r"c\.csv is larger than 1 MB, so it is not a class table"):
        read_csv(tmp_path / "c.csv")


def test_a_long_name_is_refused_and_not_printed(tmp_path):
    (tmp_path / "c.csv").write_text(
        f"code,name,color\n0,{'a' * 100_000},000000\n", encoding="utf-8"
    )
    with pytest.raises(UserError, match="of at most 200 letters") as caught:
        read_csv(tmp_path / "c.csv")
    assert len(str(caught.value)) < 500
