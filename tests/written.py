"""What processes write to disk: the kernel tells of whole directories, Python itself of each file it opens.

The kernel's word (inotify) holds for every library, but only in directories that nobody else writes to; so the
processes get a home and a temporary directory of their own. Python's word (an audit hook) holds anywhere.
"""

from __future__ import annotations

import ctypes
import os
import select
import struct
import textwrap
import threading
from pathlib import Path

_CREATE, _CLOSE_WRITE, _MOVED_TO = 0x100, 0x8, 0x80
_ISDIR = 0x40000000
_EVENT = struct.Struct("iIII")

#: Put into the processes: each file that is opened to be written is told in one line.
_HOOK = """
    import os, sys
    _out = os.open({told!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    _write = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    def _hook(event, args):
        if event == "open" and isinstance(args[0], (str, bytes)) and args[2] & _write:
            os.write(_out, os.fsencode(os.path.abspath(args[0])) + b"\\n")
        elif event in ("os.rename", "os.link", "os.symlink"):
            os.write(_out, os.fsencode(os.path.abspath(args[1])) + b"\\n")
    sys.addaudithook(_hook)
"""


class Watch:
    """Sees what the processes that get :attr:`environment` write, and what anybody writes into ``directories``."""

    def __init__(self, own: Path, *directories: Path) -> None:
        """``own``: an empty directory for the watch itself."""
        self._told = own / "told"
        self._told.touch()
        (own / "sitecustomize.py").write_text(textwrap.dedent(_HOOK).format(told=str(self._told)))
        self.home, self.temporary = own / "home", own / "tmp"
        self.home.mkdir()
        self.temporary.mkdir()
        self.environment = {
            "PYTHONPATH": os.pathsep.join(filter(None, (str(own), os.environ.get("PYTHONPATH")))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "XDG_RUNTIME_DIR": str(self.temporary),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "MESA_SHADER_CACHE_DISABLE": "true",  # a hundred small files of the graphics library
        }
        self._seen: set[Path] = set()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._inotify = self._libc.inotify_init1(os.O_NONBLOCK)
        assert self._inotify >= 0, os.strerror(ctypes.get_errno())
        self._paths: dict[int, Path] = {}
        for directory in (self.home, self.temporary, *directories):
            self._add(directory)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        os.close(self._inotify)

    def written(self) -> set[Path]:
        """Every file that was made or written so far."""
        told = {Path(os.fsdecode(line)) for line in self._told.read_bytes().splitlines()}
        return {path for path in told | self._seen if not path.is_relative_to("/dev") or path.parts[2] == "shm"}

    def _add(self, directory: Path) -> None:
        """Also what lies in it, which may have come before the watch did."""
        number = self._libc.inotify_add_watch(
            self._inotify, os.fsencode(directory), _CREATE | _CLOSE_WRITE | _MOVED_TO
        )
        if number < 0:
            return  # it has gone already
        self._paths[number] = directory
        for path in directory.iterdir():
            if path.is_dir() and not path.is_symlink():
                self._add(path)

    def _run(self) -> None:
        while not self._over.is_set():
            if not select.select([self._inotify], [], [], 0.1)[0]:
                continue
            packed = os.read(self._inotify, 65536)
            while packed:
                number, mask, _, length = _EVENT.unpack_from(packed)
                name = packed[_EVENT.size : _EVENT.size + length].rstrip(b"\0")
                packed = packed[_EVENT.size + length :]
                if number not in self._paths or not name:
                    continue
                path = self._paths[number] / os.fsdecode(name)
                if mask & _ISDIR:
                    self._add(path)
                    self._seen |= {file for file in path.rglob("*") if not file.is_dir()}
                else:
                    self._seen.add(path)
