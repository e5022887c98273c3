"""Tests of data.source.remote: a Drive and a network disk are known by their paths."""

import sys
from pathlib import Path

import pytest

from jetcar.data.source.remote import is_remote

MOUNTS = r"""
/dev/root / ext4 rw 0 0
proc /proc proc rw 0 0
drive /mnt/my\040drive fuse.drive rw 0 0
/dev/sda1 /mnt/nas/local ext4 rw 0 0
nas:/x /mnt/nas nfs4 rw 0 0
//pc/share /mnt/pc cifs rw 0 0
/dev/sdb1 /mnt/usb fuseblk rw 0 0
""".lstrip()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has /proc/mounts")
@pytest.mark.parametrize(
    ("path", "remote"),
    [
        ("/home/x/DataSet", False),
        ("/mnt/my drive/DataSet", True),
        ("/mnt/my drive", True),
        ("/mnt/my drive 2/DataSet", False),
        ("/mnt/nas/x.zip", True),
        ("/mnt/nas/local/x.zip", False),
        ("/mnt/pc/Straße/x.zip", True),
        ("/mnt/usb/x.zip", False),
    ],
)
def test_a_network_disk_is_known_by_its_file_system(monkeypatch, path, remote):
    monkeypatch.setattr(Path, "read_text", lambda self, **options: MOUNTS)
    assert is_remote(Path(path)) == remote


@pytest.mark.skipif(sys.platform == "win32", reason="Colab's folders are no paths of Windows")
@pytest.mark.parametrize("folder", ["/content/drive/MyDrive", "/content/gdrive/My Drive"])
def test_the_mounted_drive_of_colab_is_remote(folder):
    assert is_remote(Path(folder) / "JetCar" / "x.zip")
