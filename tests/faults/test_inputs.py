"""Malformed data sets, zips, masks and settings: each ends in its sentence and changes nothing."""

from __future__ import annotations

import shutil
import stat
import struct
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image

MASK = "DataSet/Mask/Train/Mask_0.png"
IMAGE = "DataSet/Img/Train/Img_0.jpg"
ZIP = ("data.source=set.zip",)
CHECKPOINT = ("init_from=x.ckpt",)
CLASSES = "DataSet/JetCar_Classes.txt"


def write(path, content=b""):
    return lambda folder: (folder / path).write_bytes(content)


def remove(path):
    return lambda folder: shutil.rmtree(folder / path)


def cut(path, size):
    return lambda folder: (folder / path).write_bytes((folder / path).read_bytes()[:size])


def paint(path, codes, mode=None):
    """Saves an array as a picture, in that mode."""

    def save(folder):
        image = Image.fromarray(np.asarray(codes))
        (image.convert(mode) if mode else image).save(folder / path)

    return save


def flat(code, size=(32, 32), kind=np.uint8):
    return np.full(size, code, kind)


def huge_png(folder):
    """A PNG of 40,000 x 40,000 pixels in a hundred bytes."""
    head = struct.pack(">IIBBBBB", 40000, 40000, 8, 0, 0, 0, 0)
    body = b"\x89PNG\r\n\x1a\n"
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")):
        body += struct.pack(">I", len(data)) + name + data
        body += struct.pack(">I", zlib.crc32(name + data))
    (folder / MASK).write_bytes(body)


def zipped(*entries, **more):
    """Makes set.zip of names and contents."""

    def make(folder):
        with zipfile.ZipFile(folder / "set.zip", "w", more.get("how", zipfile.ZIP_STORED)) as file:
            for entry, content in entries:
                file.writestr(entry, content)

    return make


def zipped_set(folder):
    with zipfile.ZipFile(folder / "set.zip", "w") as archive:
        for path in sorted((folder / "DataSet").rglob("*.*")):
            archive.write(path, path.relative_to(folder).as_posix())


def damaged_zip(folder):
    zipped_set(folder)
    data = bytearray((folder / "set.zip").read_bytes())
    data[data.index(b"\xff\xd8") + 400] ^= 1  # in the middle of the first JPEG
    (folder / "set.zip").write_bytes(data)


def cut_zip(folder):
    zipped_set(folder)
    cut("set.zip", -200)(folder)


def link():
    info = zipfile.ZipInfo("DataSet/Img/Train/a.jpg")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def encrypted(folder):
    zipped(("DataSet/Img/Train/a.jpg", b"x"))(folder)
    data = bytearray((folder / "set.zip").read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (folder / "set.zip").write_bytes(data)


def single_picture(folder):
    for kind in ("Img", "Mask"):
        remove(f"DataSet/{kind}/Val")(folder)
        for path in (folder / "DataSet" / kind).glob("Train/*_?*"):
            path.unlink()
    paint(IMAGE, flat(7, (32, 32, 3)))(folder)
    paint(MASK, flat(5))(folder)


def saved(content):
    return lambda folder: torch.save(content, folder / "x.ckpt")


def classes(text):
    return lambda folder: (folder / CLASSES).write_text(text, encoding="utf-8")


def yaml(text):
    def make(folder):
        (folder / "conf/machine").mkdir(parents=True)
        (folder / "conf/machine/mine.yaml").write_text(
            f"# @package _global_\n{text}\n", encoding="utf-8"
        )

    return make


MINE = ("+machine=mine", "hydra.searchpath=[file://conf]")
CSV = ("data.classes=x.csv",)
ENUM = "class SegmClass(enum.Enum):\n"

MISTAKES = {
    # data sets
    "no source": (None, ("data.source=nowhere",), "not a folder, a file or a link. Check"),
    "a drive that is not mounted": (
        None,
        ("data.source=/content/drive/MyDrive/x.zip",),
        "Is Google Drive mounted?",
    ),
    "no data set": (remove("DataSet/Img"), (), "holds no data set. It needs the folders Img/Train"),
    "no Train": (remove("DataSet/Img/Train"), (), "no folder Img/Train. Add it with its images."),
    "no Val": (remove("DataSet/Img/Val"), (), "no folder Img/Val. Add it with its images."),
    "no masks": (remove("DataSet/Mask/Train"), (), "have no mask in"),
    "two data sets": (
        lambda folder: shutil.copytree(
            (folder / "DataSet").rename(folder / "Monday"), folder / "Tuesday"
        ),
        ("data.source=.",),
        "holds 2 data sets, such as Monday and Tuesday. Name one.",
    ),
    "a name twice": (write("DataSet/Img/Train/IMG_0.PNG"), (), "differ only in case or suffix"),
    "JPEG masks": (
        lambda folder: (folder / MASK).rename(folder / MASK.replace("png", "jpg")),
        (),
        "Add the masks as PNG (JPEG changes codes)",
    ),
    "a single picture": (
        single_picture,
        ("data.split=by_view",),
        "has a single picture for Train and Val, which cannot be divided. Add pictures of other",
    ),
    "a single view": (
        lambda folder: (
            single_picture(folder),
            [shutil.copy(folder / p, folder / p.replace("_0", "_1")) for p in (IMAGE, MASK)],
        ),
        ("data.split=by_view",),
        "show one view, as far as names and contents tell. Add pictures of other views",
    ),
    # images
    "an empty image": (write(IMAGE), (), "neither JPEG nor PNG"),
    "a truncated image": (cut(IMAGE, 300), (), "Img_0.jpg cannot be read"),
    "text as an image": (write(IMAGE, b"hello"), (), "neither JPEG nor PNG"),
    # masks
    "a truncated mask": (cut(MASK, 60), (), "Mask_0.png cannot be read"),
    "an empty mask file": (write(MASK), (), "is not a PNG file. Save it as an 8-bit PNG"),
    "a mask of colours": (
        paint(MASK, np.random.default_rng(0).integers(0, 9, (32, 32, 3), np.uint8)),
        (),
        "holds colours instead of class codes",
    ),
    "a mask of 16 bits": (paint(MASK, flat(5, kind=np.uint16)), (), "is a PNG of 16 bits"),
    "a mask with alpha": (paint(MASK, flat(5), "LA"), (), "with alpha, not a mask of codes"),
    "a mask of 1 bit": (paint(MASK, flat(1, kind=bool)), (), "is a PNG of 1 bit"),
    "a foreign code": (paint(MASK, flat(99)), (), "holds the code 99 (100 % of its pixels)"),
    "many foreign codes": (
        paint(MASK, np.tile(np.arange(32, 64, dtype=np.uint8), (32, 1))),
        (),
        "holds the codes 32, 33, 34, 35, 36 (100 %",
    ),
    "another shape": (paint(MASK, flat(5, (32, 64))), (), "is 64 x 32 pixels, but its image"),
    "a huge mask": (huge_png, (), "has 40000 x 40000 pixels, more than 80 million. Shrink it."),
    "black and white": (
        lambda folder: [
            Image.fromarray(np.asarray(Image.open(p)) // 5 * 255).save(p)
            for p in (folder / "DataSet/Mask/Train").iterdir()
        ],
        (),
        "All 12 masks of Train hold only 0 and 255",
    ),
    # zips
    "no zip": (write("set.zip", b"<html>"), ZIP, "set.zip is not a zip"),
    "an empty zip file": (write("set.zip"), ZIP, "set.zip is not a zip"),
    "a zip cut short": (cut_zip, ZIP, "is a damaged or incomplete zip"),
    "a flipped bit in a zip": (damaged_zip, ZIP, "set.zip is damaged at DataSet/Img"),
    "a zip without a data set": (zipped(("a.txt", b"x")), ZIP, "set.zip holds no data set"),
    "a way out of the folder": (zipped(("../a.jpg", b"x")), ZIP, "land outside its folder: ../a"),
    "an absolute name": (zipped(("C:\\a.jpg", b"x")), ZIP, "land outside its folder"),
    "a link in a zip": (zipped((link(), b"/etc")), ZIP, "has a link in it"),
    "an encrypted zip": (encrypted, ZIP, "is encrypted. Zip the folder DataSet without"),
    "a zip bomb": (
        zipped(("DataSet/Img/Train/a.png", bytes(200 << 20)), how=zipfile.ZIP_DEFLATED),
        ZIP,
        "which no data set does",
    ),
    "two sets in a zip": (
        zipped(("a/Img/Train/a.jpg", b"x"), ("b/Img/Train/a.jpg", b"x")),
        ZIP,
        "holds 2 data sets, at a and b. Zip only one.",
    ),
    # class tables
    "an unknown table": (None, ("data.classes=cars",), "neither auto nor one of imagesegmenter"),
    "a file without classes": (classes("hello"), (), "has no 'class SegmClass' block"),
    "a table without rows": (classes(ENUM), (), "The class table is empty"),
    "a code twice": (classes(f"{ENUM}\ta = 1\n\tb = 1\n"), (), "has the code 1 2 times"),
    "a code too high": (classes(f"{ENUM}\ta = 255\n"), (), "Codes go from 0 to 254"),
    "a csv without columns": (write("x.csv", b"1,2,3\n"), CSV, "needs the columns code,name,color"),
    "a csv with a wrong colour": (write("x.csv", b"code,name,color\n1,a,red\n"), CSV, "a colour"),
    "a colour map of words": (
        lambda folder: (
            classes(f"{ENUM}\ta = 0\n\tb = 5\n")(folder),
            write("DataSet/JetCar_ColorMap.csv", b"red\n")(folder),
        ),
        (),
        "line 1: 'red' is not 'B,G,R,255'",
    ),
    "an unknown ignored class": (None, ("data.ignore=[sky]",), "has no class 'sky'"),
    # settings
    "a misspelt setting": (None, ("trainer.max_epoch=3",), "Did you mean trainer.max_epochs?"),
    "a word for a number": (None, ("trainer.max_epochs=many",), "must be a whole number"),
    "a negative number": (None, ("optimizer.lr=-1",), "optimizer.lr=-1.0 must be 0 or more"),
    "no number": (None, ("optimizer.lr=nan",), "optimizer.lr=nan must be 0 or more"),
    "patience the wrong way": (
        None,
        ("early_stop.patience=2", "plateau.patience=5"),
        "make it the larger",
    ),
    "a size that does not fit": (None, ("data.image_size=100",), "use data.image_size=96"),
    "a name that is not a folder": (None, ("name=a:b",), "cannot be a folder on every system"),
    "a name that leads out": (None, ("name=../a",), "cannot be a folder on every system"),
    "no loss": (None, ("loss.cross_entropy=0", "loss.dice=0"), "all parts of the loss are 0"),
    "an unknown profile": (None, ("machine=mars",), "machine=mars is not one of the choices; use"),
    "a home of nobody": (None, ("data.source=~nobody-here/x.zip",), "write the path in full"),
    "a setting without a name": (None, ("hello",), "hello is not a setting. Give settings as"),
    "a profile that makes objects": (
        yaml("_target_: os.system\ncommand: touch made-by-yaml"),
        MINE,
        "there is no setting _target_",
    ),
    "a profile with a python tag": (
        yaml("name: !!python/object/apply:os.system [touch made-by-yaml]"),
        MINE,
        "could not determine a constructor for the tag",
    ),
    "a profile that is no yaml": (yaml("name: [a"), MINE, "while parsing a flow sequence"),
    # what is told when torch is there
    "an unknown encoder": (None, ("model.encoder=mobilnet_v2",), "Did you mean mobilenet_v2"),
    "a drive for the copies that is away": (
        None,
        ("mirror.dir=away/Drive",),
        "Is the Drive mounted? Mount it",
    ),
    "no checkpoint": (None, CHECKPOINT, "There is no checkpoint x.ckpt"),
    "text as a checkpoint": (write("x.ckpt", b"hello"), CHECKPOINT, "x.ckpt is not a checkpoint"),
    "somebody else's checkpoint": (
        saved({"state_dict": {}}),
        CHECKPOINT,
        "x.ckpt was not written by jetcar",
    ),
    "a checkpoint from tomorrow": (
        saved({"jetcar": {"format": 99}}),
        CHECKPOINT,
        "written by a newer jetcar (format 99, here 1). Update jetcar.",
    ),
    "a card of nonsense": (
        saved({"jetcar": {"format": 1, "table": 3}}),
        CHECKPOINT,
        "has invalid metadata",
    ),
}


def everything_in(folder: Path):
    """Every file and folder with its time and size, but the note that good data was looked at."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path not in (folder / "data", folder / "data/audits")
        and path.parent != folder / "data/audits"
    }


def test_every_mistake_ends_in_its_sentence_with_exit_code_1_and_changes_nothing(
    pictures, tmp_path, program_in, tiny, fault
):
    def make(name):
        spoil, arguments, sentence = MISTAKES[name]
        folder = tmp_path / name / "work"
        shutil.copytree(pictures, folder / "DataSet")
        if spoil is not None:
            spoil(folder)
        before = everything_in(folder)
        usual = dict(one.split("=") for one in ("data.source=DataSet", *tiny))
        for one in arguments:
            usual.pop(one.partition("=")[0], None)
        given = [f"{setting}={value}" for setting, value in usual.items()]
        code, output = program_in(folder).run(*given, *arguments)
        problems = []
        if code != 1:
            problems.append(f"exit code {code}")
        if sentence not in output:
            problems.append(f"not said: {sentence!r}")
        if output.count("error: ") != 1 or "A fault of the program" in output:
            problems.append("not one error")
        if everything_in(folder) != before:
            changed = set(everything_in(folder).items()) ^ set(before.items())
            problems.append(f"changed: {sorted(changed)[:4]}")
        return f"{name}: {'; '.join(problems)}\n{output}" if problems else None

    with ThreadPoolExecutor(2) as pool:
        wrong = [problem for problem in pool.map(make, MISTAKES) if problem]
    assert not wrong, "\n\n".join([f"{len(wrong)} of {len(MISTAKES)}:", *wrong])
    assert len(MISTAKES) >= 40
    fault(len(MISTAKES))
