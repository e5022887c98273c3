"""The class table: which code in a mask means which class, and the colour it is shown in."""

from jetcar.classes.choose import find_file, load_table
from jetcar.classes.csv_file import read_csv, write_csv
from jetcar.classes.files import (
    CLASSES_FILE,
    COLOR_MAP_FILE,
    read_classes,
    read_color_map,
    recolor,
    write_classes,
    write_color_map,
)
from jetcar.classes.known import CAR, IMAGE_SEGMENTER, KNOWN, STREET_MAKER, TABLES
from jetcar.classes.table import IGNORED, RGB, ClassTable, SegmClass, differences

__all__ = [
    "CAR",
    "CLASSES_FILE",
    "COLOR_MAP_FILE",
    "IGNORED",
    "IMAGE_SEGMENTER",
    "KNOWN",
    "RGB",
    "STREET_MAKER",
    "TABLES",
    "ClassTable",
    "SegmClass",
    "differences",
    "find_file",
    "load_table",
    "read_classes",
    "read_color_map",
    "read_csv",
    "recolor",
    "write_classes",
    "write_color_map",
    "write_csv",
]
