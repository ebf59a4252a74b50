"""Set up what Roundsman needs, from nothing but git, make and Python 3.11 or later.

Every target of the Makefile runs this first. It

1. finds a Python of version 3.11 or later that can make virtual environments;
2. puts `uv` of one known version into `.tools/`, apart from the project's own environment;
3. makes `.venv` exactly what `uv.lock` says;
4. looks for the system libraries that Qt loads, and for a font with Chinese characters. Root gets what is missing from
   apt, anybody else is told the command to type.

A stamp in `.venv` holds a fingerprint of the files that decide about its content, so that a second run only
compares and ends within a few hundredths of a second. All words go to standard error: standard output belongs to
the command that comes after.

Only the standard library is used. The file must at least be readable by older Pythons, which hand over to a newer one.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OLDEST_PYTHON = (3, 11)
PYTHON_NAMES = ("python3", "python3.11", "python3.12", "python3.13", "python3.14")
UV_REQUIREMENT = "uv==0.13.9"
DECIDING_FILES = ("uv.lock", "pyproject.toml", "tools/setup.py")
STAMP_NAME = ".roundsman-setup"
WINDOWS = os.name == "nt"


class Library(NamedTuple):
    """A shared library by the name the loader knows, and the Debian package that holds it."""

    soname: str
    package: str


# Qt without a screen: QtGui and QtWidgets do not even import without these.
QT_LIBRARIES = (
    Library("libEGL.so.1", "libegl1"),
    Library("libGL.so.1", "libgl1"),
    Library("libxkbcommon.so.0", "libxkbcommon0"),
    Library("libdbus-1.so.3", "libdbus-1-3"),
    Library("libfontconfig.so.1", "libfontconfig1"),
    Library("libglib-2.0.so.0", "libglib2.0-0"),
)

# Qt on a real X screen. A build collects these, or it would abort on a desktop that lacks them.
X11_LIBRARIES = (
    Library("libxcb-cursor.so.0", "libxcb-cursor0"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4"),
    Library("libxcb-image.so.0", "libxcb-image0"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    Library("libxcb-render.so.0", "libxcb-render0"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0"),
    Library("libxcb-shape.so.0", "libxcb-shape0"),
    Library("libxcb-util.so.1", "libxcb-util1"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
)

CHINESE_FONT = "fonts-noto-cjk"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
CHINESE_FONTS = ("*CJK*", "SourceHan*", "wqy*", "*uming*", "*ukai*", "DroidSansFallback*", "simsun*", "msyh*")
"""The files of fonts that can draw Chinese."""


class SetupError(Exception):
    """Set-up cannot go on. The text says what is missing and what to type."""


def say(line: str) -> None:
    """Tell the person at the terminal one thing."""
    print(line, file=sys.stderr, flush=True)


def run(command: Sequence[str], *, doing: str, env: Mapping[str, str] | None = None) -> None:
    """Run a command silently; when it fails, show all that it said.

    Raises:
        SetupError: the command could not be started or did not end with 0.
    """
    try:
        done = subprocess.run(
            list(command),
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise SetupError(f"{doing} did not work: {command[0]}: {error}") from error
    if done.returncode != 0:
        raise SetupError(f"{done.stdout}\n{doing} did not work (exit {done.returncode}): {' '.join(command)}")


# --- apt ---------------------------------------------------------------------------------------------------------


def is_root() -> bool:
    """Whether this process may install system packages without asking."""
    return not WINDOWS and os.geteuid() == 0


def install_packages(packages: Sequence[str], *, reason: str) -> None:
    """Install Debian packages when we are root; otherwise say what to type.

    Raises:
        SetupError: not root, no apt, or apt failed.
    """
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise SetupError(
            f"{reason}\nThis machine has no apt-get. Install with its own package manager what Debian calls: {names}"
        )
    if not is_root():
        raise SetupError(f"{reason} Type this, then try again:\n    sudo apt-get install --yes {names}")
    say(f"{reason} Installing: {names}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-q"], doing="Reading the package lists", env=env)
    command = ["apt-get", "install", "--yes", "-q", "--no-install-recommends", *packages]
    run(command, doing="Installing system packages", env=env)


def is_loadable(soname: str) -> bool:
    """Whether the system's loader finds this shared library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def missing_packages(libraries: Sequence[Library]) -> list[str]:
    """The Debian packages of those libraries which the loader does not find."""
    return sorted({library.package for library in libraries if not is_loadable(library.soname)})


def ensure_libraries(*, for_build: bool) -> None:
    """See that the system libraries are there; with `for_build` also those that a build collects."""
    if not sys.platform.startswith("linux"):
        return
    missing = missing_packages(QT_LIBRARIES)
    if missing:
        install_packages(missing, reason="Qt needs system libraries that are missing here.")
    if not for_build:
        return
    missing = missing_packages(X11_LIBRARIES)
    if shutil.which("objdump") is None:
        missing.append("binutils")
    if missing:
        install_packages(missing, reason="The build collects system libraries that are missing here.")


def has_chinese_font() -> bool:
    """Whether any font here can draw Chinese."""
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(next(folder.rglob(name), None) is not None for folder in folders for name in CHINESE_FONTS)


def ensure_font(*, is_quiet: bool) -> None:
    """See that Chinese can be drawn. Without it the window works, and shows boxes; so nothing ends for want of it."""
    if not sys.platform.startswith("linux") or has_chinese_font():
        return
    reason = "No font here has Chinese characters."
    if is_root() and shutil.which("apt-get") is not None:
        try:
            install_packages([CHINESE_FONT], reason=reason)
        except SetupError as error:
            say(f"{error}\nGoing on without it: tests that look at Chinese texts are skipped.")
    elif not is_quiet:
        say(f"{reason} On Debian or Ubuntu, type:\n    sudo apt-get install --yes {CHINESE_FONT}")


def ensure_python_library(python: Path) -> None:
    """See that the Python of `.venv` has its shared library: a build puts it beside the program.

    Debian keeps it in a package of its own.
    """
    code = "import sysconfig as s; print(s.get_config_var('INSTSONAME'), s.get_config_var('LIBDIR'))"
    told = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True)
    name, folder = told.stdout.split(maxsplit=1)
    if not name.startswith("libpython") or ".so" not in name:
        raise SetupError(
            "This Python was built without its shared library, so no program can be built with it.\n"
            "Remove .venv and run `make build` with Python from the system first on PATH."
        )
    if is_loadable(name) or (Path(folder.strip()) / name).exists():
        return
    install_packages([name.partition(".so")[0]], reason="The build needs Python's shared library.")


# --- Python ------------------------------------------------------------------------------------------------------


def answer(python: str, code: str) -> str | None:
    """What `python -c code` prints, or None when it does not run.

    A name on PATH proves nothing: the shims of version managers exist for versions that are not chosen.
    """
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            [python, "-I", "-c", code],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip()
    return None


def candidates() -> Iterator[str]:
    """Pythons worth asking, best first: the one that runs this file, then those on PATH.

    A Python inside an environment stands for the one it was made from.
    """
    yield getattr(sys, "_base_executable", None) or sys.executable
    for name in PYTHON_NAMES:
        found = shutil.which(name)
        if found is not None:
            yield found


def find_python() -> str:
    """The path of a Python that is new enough and can make virtual environments.

    Raises:
        SetupError: there is none, and no package could be installed to mend that.
    """
    code = "import sys; print(*sys.version_info[:2]); import ensurepip, venv; print('venv')"
    lame: tuple[int, int] | None = None
    for _ in range(2):
        for candidate in candidates():
            version = answer(candidate, "import sys; print(*sys.version_info[:2])")
            if version is None:
                continue
            major, minor = (int(part) for part in version.split())
            if (major, minor) < OLDEST_PYTHON:
                continue
            if answer(candidate, code) is not None:
                return candidate
            lame = lame or (major, minor)
        if lame is None:
            break
        install_packages(
            [f"python{lame[0]}.{lame[1]}-venv"],
            reason="Python is here, but without the part that makes virtual environments.",
        )
    oldest = ".".join(str(part) for part in OLDEST_PYTHON)
    raise SetupError(
        f"Roundsman needs Python {oldest} or later with the venv module, and none was found on PATH.\n"
        "On Debian or Ubuntu, type:\n    sudo apt-get install --yes python3 python3-venv"
    )


# --- the environment ---------------------------------------------------------------------------------------------


def program(environment: Path, name: str) -> Path:
    """Where a virtual environment keeps a program."""
    return environment / ("Scripts" if WINDOWS else "bin") / f"{name}{'.exe' if WINDOWS else ''}"


def fingerprint(root: Path) -> str:
    """A digest of the files that decide what the environment holds."""
    digest = hashlib.sha256()
    for name in DECIDING_FILES:
        content = (root / name).read_bytes()
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def is_ready(root: Path) -> bool:
    """Whether `.venv` was made from the files as they are now, and stands where it was made."""
    environment = root / ".venv"
    try:
        stamp = (environment / STAMP_NAME).read_text(encoding="utf-8")
    except OSError:
        return False
    return stamp == stamp_text(root) and program(environment, "python").exists()


def stamp_text(root: Path) -> str:
    """What the stamp of a finished environment says: the fingerprint and the folder, since scripts hold full paths."""
    return f"{fingerprint(root)} {root}\n"


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Let one set-up work at a time in this folder; the others wait."""
    tools = root / ".tools"
    tools.mkdir(exist_ok=True)
    with (tools / "lock").open("w", encoding="utf-8") as lock:
        if not WINDOWS:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def child_environment(root: Path) -> dict[str, str]:
    """The environment for pip and uv: nothing of a surrounding Python gets in, caches go where we may write."""
    foreign = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "UV_PROJECT", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT")
    env = {name: value for name, value in os.environ.items() if name not in foreign}
    home = env.get("HOME", "")
    if not WINDOWS and not (home and os.access(home, os.W_OK)):
        env["HOME"] = str(root / ".tools" / "home")
        Path(env["HOME"]).mkdir(parents=True, exist_ok=True)
    env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    env["UV_PYTHON_DOWNLOADS"] = "never"
    env.setdefault("UV_HTTP_TIMEOUT", "180")
    if has_system_certificates():
        # uv brings its own list of authorities, which does not know the one of a company's proxy.
        env.setdefault("UV_SYSTEM_CERTS", "1")
    return env


def has_system_certificates() -> bool:
    """Whether the system knows certificate authorities of its own. A bare machine may not."""
    if not sys.platform.startswith("linux"):
        return True
    import ssl

    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile) or bool(paths.capath and any(Path(paths.capath).iterdir()))


def ensure_uv(root: Path, env: Mapping[str, str]) -> Path:
    """Put uv of the wanted version into `.tools/uv` and return its path."""
    home = root / ".tools" / "uv"
    uv = program(home, "uv")
    version = UV_REQUIREMENT.partition("==")[2]
    if uv.exists():
        with contextlib.suppress(OSError):
            told = subprocess.run([str(uv), "--version"], capture_output=True, text=True, check=False)
            if told.stdout.split()[1:2] == [version]:
                return uv
    python = find_python()
    say(f"Fetching uv {version}.")
    if home.exists():
        shutil.rmtree(home)
    run([python, "-m", "venv", str(home)], doing="Making an environment for uv", env=env)
    command = [str(program(home, "python")), "-m", "pip", "install", "--quiet", "--no-input", UV_REQUIREMENT]
    run(command, doing="Installing uv", env=env)
    return uv


def interpreter_for(environment: Path) -> str:
    """The Python that `.venv` has already, if it is good; otherwise the best one of this machine."""
    own = program(environment, "python")
    version = answer(str(own), "import sys; print(*sys.version_info[:2])") if own.exists() else None
    if version is not None and tuple(int(part) for part in version.split()) >= OLDEST_PYTHON:
        return str(own)
    return find_python()


def ensure_environment(root: Path) -> None:
    """Make `.venv` what the lock file says, and stamp it."""
    if is_ready(root):
        return
    with only_one(root):
        if is_ready(root):
            return
        environment = root / ".venv"
        # Taken before the work: a file changed meanwhile must lead to another run.
        stamp = stamp_text(root)
        env = child_environment(root)
        uv = ensure_uv(root, env)
        python = interpreter_for(environment)
        say("Installing the packages that uv.lock names into .venv.")
        command = [str(uv), "sync", "--project", str(root), "--python", python]
        run([*command, "--frozen", "--all-extras", "--all-groups"], doing="Installing packages", env=env)
        (environment / STAMP_NAME).write_text(stamp, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the set-up. Returns 0 when all is in place, 1 when something is missing and was named."""
    parser = argparse.ArgumentParser(prog="tools/setup.py", description="Set up what Roundsman needs.")
    parser.add_argument("--quiet", action="store_true", help="say nothing when all is in place already")
    parser.add_argument("--for-build", action="store_true", help="also what `make build` collects")
    options = parser.parse_args(arguments)
    root = Path(__file__).resolve().parent.parent
    try:
        ensure_environment(root)
        ensure_libraries(for_build=options.for_build)
        ensure_font(is_quiet=options.quiet)
        if options.for_build and sys.platform.startswith("linux"):
            ensure_python_library(program(root / ".venv", "python"))
    except SetupError as error:
        say(str(error))
        return 1
    if not options.quiet:
        say("Everything is in place. The environment is in .venv.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
