"""Nothing that was not pinned comes onto the broker's class path, and what is whole is not fetched again."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from arrears_local import jars
from arrears_local.errors import StackError


class Impostor(BaseHTTPRequestHandler):
    """A repository that has every file, each with the wrong bytes."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"not what was asked for")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def impostor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stands before the public repository in the settings of jgo, over an empty cache."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Impostor)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = tmp_path / "jgo.conf"
    settings.write_text(f"[repositories]\nmirror = http://127.0.0.1:{server.server_port}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("impostor")
def test_a_file_that_is_not_the_pinned_one_is_refused_and_not_kept():
    with pytest.raises(StackError, match="not the file that was pinned"):
        jars.ensure()
    assert not any(path.exists() for path in jars.class_path())


@pytest.mark.usefixtures("impostor")
def test_a_changed_file_is_noticed_before_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    jars.ensure()
    whole = jars.class_path()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (jars.downloads() / "jars").mkdir(parents=True)
    for kept, copy in zip(whole, jars.class_path(), strict=True):
        copy.hardlink_to(kept) if kept != whole[0] else copy.write_bytes(b"changed")
    with pytest.raises(StackError, match="not the file that was pinned"):
        jars.ensure()
