"""Files as strangers have them, and machines with little room: a sentence, or it works."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from jetcar.data import cache
from jetcar.data.audit import look
from jetcar.data.cache import open_cache
from jetcar.data.prepare import prepare_data
from jetcar.settings.schema import Data

NOBODY = 65534
AUDIT = ("-m", "jetcar.data.audit")


def zip_of(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            archive.write(file, file.relative_to(folder.parent).as_posix())
    return path


def audit(folder, *arguments, limits="", **env):
    """Runs the audit in a process of its own; its exit code and all that it said."""
    command = [sys.executable, *AUDIT, *arguments]
    if limits:
        command = ["bash", "-c", f'{limits}; exec "$@"', "-", *command]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=200,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_two_trainings_at_once_in_a_new_data_root_share_what_one_prepares(
    pictures, program, tiny, fault
):
    zip_of(pictures, program.folder / "set.zip")
    usual = [one for one in tiny if not one.startswith("data.source")]
    both = [
        program.start(*usual, "data.source=set.zip", f"name={name}", "trainer.max_epochs=1")
        for name in "ab"
    ]
    for running in both:
        code, output = running.end()
        assert code == 0, output
    left = [path.name for path in (program.folder / "data").rglob("*")]
    assert not [name for name in left if ".part" in name or name.endswith(".lock")]
    assert sum(name.startswith("set-") and "." not in name for name in left) == 1
    fault()


def test_a_killed_unpacking_leaves_nothing_that_the_next_one_does_not_remove(
    pictures, program, tiny, fault
):
    """Killed again and again, wherever it is; what is there at the end is whole."""
    with zipfile.ZipFile(program.folder / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(200):
            for file in sorted(pictures.rglob("*.*")):
                kind, split, name = file.relative_to(pictures).parts
                stem, _, suffix = name.rpartition(".")
                archive.write(file, f"DataSet/{kind}/{split}/{stem}_{number}.{suffix}")
    usual = [one for one in tiny if not one.startswith("data.source")]
    data = program.folder / "data"
    kills = 0
    for _ in range(6):
        running = program.start(*usual, "data.source=set.zip", "trainer.max_epochs=1")
        begun = running.until(lambda: any(data.glob("*.part-*/Img/*/*")))
        if begun:
            running.kill()
            kills += 1
            assert len(list(data.glob("*.part-*[!k]"))) == 1
            assert not list(data.glob("set-????????"))
    assert kills >= 5
    code, output = audit(program.folder, "source=set.zip", "root=data")
    assert code == 0, output
    (whole,) = (path for path in data.iterdir() if path.name != "audits")
    with zipfile.ZipFile(program.folder / "set.zip") as archive:
        for info in archive.infolist():
            assert (whole / info.filename.removeprefix("DataSet/")).stat().st_size == info.file_size
    fault(kills)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipes_and_devices_among_the_pictures_do_not_hang(pictures, tmp_path, fault):
    folder = shutil.copytree(pictures, tmp_path / "DataSet")
    os.mkfifo(folder / "Img" / "Train" / "Img_pipe.jpg")
    os.mkfifo(folder / "Mask" / "Train" / "Mask_pipe.png")
    (folder / "Img" / "Val" / "Img_zero.jpg").symlink_to("/dev/zero")
    code, output = audit(tmp_path, "source=DataSet")
    assert code == 0, output
    assert "first Img_pipe.jpg. Remove them." in output
    assert "first Img_zero.jpg. Remove them." in output
    fault(3)


def bomb_of_claims(path, pictures):
    """Packed sizes that are claimed and not there, so that the growth looks small."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"DataSet/Img/Train/{number}.png", bytes(100 << 20))
    content = bytearray(path.read_bytes())
    at = 0
    while (at := content.find(b"PK\x01\x02", at) + 1) > 0:
        content[at + 19 : at + 23] = struct.pack("<L", 100 << 20)
    path.write_bytes(content)


def bomb_of_names(path, pictures):
    """Three hundred names for one packed file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(300):
            content = bytes(4 << 20) if number == 0 else b"x"
            archive.writestr(f"DataSet/Img/Train/{number:03}.png", content)
        first = archive.infolist()[0]
        for info in archive.infolist():
            info.header_offset, info.CRC = first.header_offset, first.CRC
            info.compress_size, info.file_size = first.compress_size, first.file_size
        archive._didModify = True


def bomb_of_lies(path, pictures):
    """Unpacked sizes that are claimed small."""
    zip_of(pictures, path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("DataSet/Img/Train/zeros.png", bytes(200 << 20))
        archive.infolist()[-1].file_size = 1000


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (bomb_of_claims, "has entries that overlap"),
        (bomb_of_names, "has entries that overlap"),
        (bomb_of_lies, "is damaged at DataSet/Img/Train/zeros.png"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by ulimit here")
def test_a_bomb_fills_neither_disk_nor_memory(pictures, tmp_path, fault, make, sentence):
    make(tmp_path / "set.zip", pictures)
    written = "ulimit -f 2000"  # blocks of 1,024 bytes a file
    code, output = audit(tmp_path, "source=set.zip", limits=written)
    assert code == 1
    assert sentence in output
    assert not (tmp_path / "data").exists()
    fault()


@pytest.mark.skipif(os.name != "posix", reason="limits are set by ulimit here")
def test_few_open_files_are_enough(pictures, tmp_path, fault):
    zip_of(pictures, tmp_path / "set.zip")
    code, output = audit(tmp_path, "source=set.zip", limits="ulimit -n 24")
    assert code == 0, output
    fault()


@pytest.mark.skipif(os.name != "posix", reason="limits are set by ulimit here")
def test_a_limit_on_the_size_of_files_costs_the_cache_alone(pictures, tmp_path, fault):
    code = (
        "import resource, sys; from pathlib import Path; from jetcar.data.cache import open_cache; "
        "from jetcar.data.pairs import find_split; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); "
        "folder = Path(sys.argv[1]); splits = {'Train': find_split(folder, 'Train')}; "
        "print(open_cache(Path('cache'), folder, splits, 32, 32))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(pictures)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    assert done.stdout.strip() == "{}"
    assert "no cache of decoded pictures: cache needs 0.0 GB (File too large)" in done.stderr
    assert list((tmp_path / "cache").iterdir()) == []
    fault()


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode on the other systems")
def test_an_old_locale_does_not_keep_umlauts_from_being_read(pictures, tmp_path, fault):
    folder = tmp_path / "Straße" / "DataSet"
    shutil.copytree(pictures, folder)
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code, output = audit(tmp_path, "source=Straße/DataSet", **plain)
    assert code == 0, output
    image = next((folder / "Img" / "Train").iterdir())
    image.rename(image.with_name("Img_Tür.jpg"))
    code, output = audit(tmp_path, "source=Straße/DataSet", **plain)
    assert code == 1
    assert "whose name has letters that are not ASCII" in output
    assert "Set PYTHONUTF8=1 so that they are read." in output
    fault(2)


@contextlib.contextmanager
def without_rights(folder):
    """For a while this process may read a folder and not write to it."""
    if os.geteuid() == 0:
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)
        return
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path in folders:
            path.chmod(0o755)


@pytest.fixture
def open_to_all():
    """A folder that every user may read, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no such users here")
def test_data_that_another_user_prepared_is_used_without_the_right_to_write(
    pictures, open_to_all, monkeypatch, caplog, fault
):
    source = zip_of(pictures, open_to_all / "set.zip")
    root = open_to_all / "data"
    settings = Data(source=str(source), root=str(root), classes="auto", ignore=[], split="folders")
    opened = []
    real = look.look_at
    monkeypatch.setattr(look, "look_at", lambda *args: (opened.append(args), real(*args))[1])

    def prepare():
        data = prepare_data(settings, 0)
        pairs = {"Train": data.splits["Train"]}
        return data, open_cache(root / "cache", data.dataset, pairs, 32, 32)

    first, _ = prepare()
    opened.clear()
    monkeypatch.setattr(cache, "_build", None)  # nothing is decoded
    with without_rights(open_to_all):
        again, readers = prepare()
        assert readers["Train"].read([0])[0].shape == (1, 32, 32, 3)
    assert (again.fingerprint, again.dataset, opened) == (first.fingerprint, first.dataset, [])
    shutil.rmtree(root / "cache")
    shutil.rmtree(root / "audits")
    with without_rights(open_to_all), caplog.at_level(logging.INFO):
        again, readers = prepare()
    assert (again.fingerprint, readers) == (first.fingerprint, {})
    assert "(Permission denied), so these files are checked again the next time" in caplog.text
    assert "(Permission denied); training decodes them again in each epoch" in caplog.text
    fault(2)
