"""Tests of jetcar.classes: the files that the JetCar tools write are read, and written alike."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetcar.classes import (
    CAR,
    IMAGE_SEGMENTER,
    KNOWN,
    STREET_MAKER,
    ClassTable,
    SegmClass,
    differences,
    find_file,
    load_table,
    read_classes,
    read_color_map,
    read_csv,
    recolor,
    write_classes,
    write_color_map,
    write_csv,
)
from jetcar.errors import UserError

STREET_MAKER_FILE = """\
Copy the lines below between the ---- lines into 'jetcar_definitions.py'
---------------------------------------------------------------------------------
N_CLASSES = 3

# Definition of all segmentation class names and values
class SegmClass(enum.Enum):
	nothing = 0
	stop line & text = 2
	lane = 1
	#Unused:
	crosswalk = 100

---------------------------------------------------------------------------------

  <segm_class_defs>
    <item id="0" draw_order="10" draw_color="FF000000">nothing</item>
    <item id="2" draw_order="30" draw_color="FFFF0000">stop line &amp; text</item>
    <item id="100" draw_order="40" draw_color="FF7A057A">crosswalk</item>
  </segm_class_defs>
"""


def table_of(*names):
    return ClassTable(tuple(SegmClass(i, name, (i, 0, 255)) for i, name in enumerate(names)))


codes = st.integers(0, 254)
# What stands in names of real tables and what XML and csv must escape.
names = st.text("abzABZ019_ -äöüßéЖ路<>&\"'/;,=", min_size=1, max_size=12).map(str.strip)
colors = st.tuples(*[st.integers(0, 255)] * 3)
classes = st.builds(SegmClass, codes, names.filter(bool), colors)
tables = (
    st.lists(classes, min_size=1, max_size=12, unique_by=(lambda c: c.code, lambda c: c.name))
).map(lambda rows: ClassTable(tuple(rows)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("Klassen für alle")


def write(path, text):
    path.write_bytes(text.replace("\n", "\r\n").encode())
    return path


@given(tables)
def test_a_classes_file_is_read_back_as_it_was_written(folder, table):
    write_classes(table, folder / "JetCar_Classes.txt")
    assert read_classes(folder / "JetCar_Classes.txt") == table


@given(tables)
def test_a_csv_file_is_read_back_as_it_was_written(folder, table):
    write_csv(table, folder / "classes.csv")
    assert read_csv(folder / "classes.csv") == table


@given(tables)
def test_a_color_map_is_read_back_as_it_was_written(folder, table):
    write_color_map(table, folder / "JetCar_ColorMap.csv")
    assert read_color_map(folder / "JetCar_ColorMap.csv") == table.colors


@given(tables)
def test_plain_rows_become_the_same_table(table):
    assert ClassTable.from_plain(table.to_plain()) == table


def test_a_file_of_street_maker_is_read(tmp_path):
    table = read_classes(write(tmp_path / "JetCar_Classes.txt", STREET_MAKER_FILE))
    white = (255, 255, 255)  # lane has no colour in the XML block
    assert table.classes == (
        SegmClass(0, "nothing", (0, 0, 0)),
        SegmClass(1, "lane", white),
        SegmClass(2, "stop line & text", (255, 0, 0)),
    )


def test_unused_classes_are_left_out(tmp_path):
    table = read_classes(write(tmp_path / "JetCar_Classes.txt", STREET_MAKER_FILE))
    assert "crosswalk" not in table.names.values()


def test_only_the_lines_of_the_enum_are_classes(tmp_path):
    text = "class SegmClass(enum.Enum):\n    road = 1  # grey\n    #sky = 2\n\nWIDTH = 3\n\tx = 4\n"
    assert read_classes(write(tmp_path / "definitions.py", text)).names == {1: "road"}


def test_a_file_in_the_code_page_of_windows_is_read(tmp_path):
    file = tmp_path / "JetCar_Classes.txt"
    file.write_bytes("class SegmClass(enum.Enum):\r\n\tBäume = 1\r\n".encode("cp1252"))
    assert read_classes(file).names == {1: "Bäume"}


def test_written_files_have_the_lines_of_windows(tmp_path):
    write_classes(CAR, tmp_path / "classes.txt")
    write_color_map(CAR, tmp_path / "colors.csv")
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert content.count(b"\r\n") == content.count(b"\n") > 0


def test_a_written_classes_file_says_how_many_codes_there_are(tmp_path):
    write_classes(CAR, tmp_path / "classes.txt")
    assert "N_CLASSES = 19" in (tmp_path / "classes.txt").read_text(encoding="utf-8")


def test_a_color_map_has_256_rows_of_blue_green_red(tmp_path):
    write_color_map(IMAGE_SEGMENTER, tmp_path / "colors.csv")
    rows = (tmp_path / "colors.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 256
    assert rows[1] == "19,14,231,255"  # white_solid_line is E70E13: red 231, green 14, blue 19
    assert rows[22] == "255,255,255,255"  # no class has code 22


@pytest.mark.parametrize(
    ("table", "n"), [(IMAGE_SEGMENTER, 22), (STREET_MAKER, 31), (CAR, 19)], ids=[*KNOWN]
)
def test_known_tables_have_codes_without_gaps(table, n):
    assert table.codes == tuple(range(n))
    assert table.n_outputs == n


def test_the_car_uses_the_colors_of_street_maker():
    color_of = {c.name: c.color for c in STREET_MAKER.classes}
    assert {c.name: c.color for c in CAR.classes} == {c.name: color_of[c.name] for c in CAR.classes}


def test_the_number_of_outputs_is_the_highest_code_plus_one():
    table = ClassTable((SegmClass(3, "b", (0, 0, 0)), SegmClass(7, "a", (0, 0, 0))))
    assert table.n_outputs == 8
    assert table.codes == (3, 7)


def test_a_table_is_sorted_by_code():
    b, a = SegmClass(2, "b", (0, 0, 0)), SegmClass(1, "a", (0, 0, 0))
    assert ClassTable((b, a)) == ClassTable((a, b))


def test_a_table_can_be_pickled():
    assert pickle.loads(pickle.dumps(CAR)) == CAR


def test_codes_are_found_by_name():
    assert table_of("nothing", "road", "void").codes_of(["void", "road"]) == (2, 1)


def test_unknown_names_are_told_with_those_that_exist():
    with pytest.raises(UserError, match=r"no class 'viod', 'sky'\. Its classes are: road, void\."):
        table_of("road", "void").codes_of(["viod", "road", "sky"])


def test_a_color_map_gives_its_colors():
    table = recolor(table_of("a", "b", "c"), [(9, 9, 9), (8, 8, 8)])
    assert [c.color for c in table.classes] == [(9, 9, 9), (8, 8, 8), (2, 0, 255)]


def test_differences_name_code_and_both_names():
    assert differences(table_of("a", "b"), table_of("a", "x", "c")) == ["1: b | x", "2: - | c"]


def test_auto_is_image_segmenters_table_without_a_file(tmp_path):
    assert load_table("auto", tmp_path) == IMAGE_SEGMENTER


def test_auto_is_the_data_sets_own_table(tmp_path):
    write_classes(table_of("road", "sky"), tmp_path / "jetcar_CLASSES.TXT")
    assert load_table("auto", tmp_path) == table_of("road", "sky")


def test_auto_takes_the_colors_of_the_color_map(tmp_path):
    write_classes(table_of("road", "sky"), tmp_path / "JetCar_Classes.txt")
    (tmp_path / "JetCar_ColorMap.csv").write_text("1,2,3,255\n4,5,6,255\n", encoding="utf-8")
    table = load_table("auto", tmp_path)
    assert [c.color for c in table.classes] == [(3, 2, 1), (6, 5, 4)]  # the file says blue first


def test_a_table_is_named(tmp_path):
    assert load_table("car", tmp_path) == CAR


@pytest.mark.parametrize("name", ["meine Klassen.csv", "meine Klassen.CSV"])
def test_a_csv_file_is_named(tmp_path, name):
    write_csv(table_of("Gehweg", "Straße"), tmp_path / name)
    assert load_table(str(tmp_path / name), tmp_path) == table_of("Gehweg", "Straße")


def test_a_classes_file_is_named(tmp_path):
    write_classes(table_of("road"), tmp_path / "any.txt")
    assert load_table(str(tmp_path / "any.txt"), tmp_path) == table_of("road")


def test_a_csv_may_have_spaces_and_a_sharp(tmp_path):
    file = write(tmp_path / "c.csv", "code,name,color\n 5 , my lane , #00ff00\n")
    assert read_csv(file).classes == (SegmClass(5, "my lane", (0, 255, 0)),)


def test_a_csv_saved_by_excel_has_a_byte_order_mark(tmp_path):
    (tmp_path / "c.csv").write_bytes("code,name,color\r\n5,x,00FF00\r\n".encode("utf-8-sig"))
    assert read_csv(tmp_path / "c.csv").names == {5: "x"}


def test_a_file_is_found_whatever_its_case(tmp_path):
    (tmp_path / "A.TXT").touch()
    assert find_file(tmp_path, "a.txt") == tmp_path / "A.TXT"
    assert find_file(tmp_path, "b.txt") is None


def test_a_setting_that_names_nothing_is_told(tmp_path):
    with pytest.raises(
        UserError, match=r"data\.classes=cars is neither .* Name one of them or the"
    ):
        load_table("cars", tmp_path)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "table is empty. Give it at least one class"),
        ([(255, "a")], "'a' has the code 255. Codes go from 0 to 254"),
        ([(-1, "a")], "'a' has the code -1. Codes go from 0 to 254"),
        ([(1, "a"), (1, "b")], "has the code 1 2 times. Make each code unique"),
        ([(1, "a"), (2, "a")], "has the name a 2 times. Make each name unique"),
        ([(1, "")], "code 1 has the name ''. Give it a name of one line"),
        ([(1, "a\nb")], r"code 1 has the name 'a\\nb'. Give it a name of one line"),
        ([(1, " a")], "code 1 has the name ' a'. Give it a name of one line without spaces around"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(rows, sentence):
    with pytest.raises(UserError, match=sentence):
        ClassTable(tuple(SegmClass(code, name, (0, 0, 0)) for code, name in rows))


def test_a_text_without_the_enum_is_refused(tmp_path):
    file = write(tmp_path / "notes.txt", "N_CLASSES = 3\n")
    with pytest.raises(UserError, match=r"notes\.txt has no 'class SegmClass' block\. Take the"):
        read_classes(file)


def test_an_enum_without_classes_is_refused_with_its_file(tmp_path):
    file = write(tmp_path / "classes.txt", "class SegmClass(enum.Enum):\n\t#Unused:\n\ta = 100\n")
    with pytest.raises(UserError, match=r"classes\.txt: .*empty\. Give it at least one class"):
        read_classes(file)


@pytest.mark.parametrize("row", ["1,2,3", "1,2,3,255,0", "1,2,x,255", "1,2,256,255", "1;2;3;255"])
def test_a_row_that_is_no_color_is_refused_with_its_line(tmp_path, row):
    file = write(tmp_path / "map.csv", f"0,0,0,255\n{row}\n")
    with pytest.raises(UserError, match=r"map\.csv, line 2: .* is not 'B,G,R,255'\. Correct the"):
        read_color_map(file)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "code,name\n1,a\n",
        "code,name,color\nx,a,00FF00\n",
        "code,name,color\n1,a\n",
        "code,name,color\n1,a,green\n",
        "code,name,color\n1,a,-00001\n",
        "code,name,color\n1,,00FF00\n",
        "code,name,color\n1,a,00FF00\n1,b,00FF00\n",
    ],
)
def test_a_csv_that_is_no_class_table_is_refused(tmp_path, text):
    file = write(tmp_path / "c.csv", text)
    with pytest.raises(UserError, match=r"c\.csv is not a class table .* It needs the columns"):
        read_csv(file)
