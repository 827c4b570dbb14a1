"""By what the exporter finds this process among those of its machine; see Hello in the proto file."""

from __future__ import annotations

from pathlib import Path

PROC = Path("/proc")


def boot_id(proc: Path = PROC) -> str | None:
    """The id of the boot of this kernel. None where it cannot be read, as on systems other than Linux."""
    return _read(proc / "sys/kernel/random/boot_id").strip() or None


def start_ticks(proc: Path = PROC) -> int | None:
    """When this process started, in clock ticks after boot: field 22 of proc_pid_stat(5). None where it cannot be
    read."""
    # The second field is the program's name in parentheses, and may have any character in it.
    fields = _read(proc / "self/stat").rpartition(")")[2].split()
    return int(fields[19]) if len(fields) > 19 and fields[19].isdecimal() else None


def pid_namespace(proc: Path = PROC) -> int | None:
    """The inode of the pid namespace of this process. None where there are none."""
    try:
        return (proc / "self/ns/pid").stat().st_ino
    except OSError:
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
