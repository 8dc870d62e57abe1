"""The Containerfile: its instructions carried out in a folder, and what it makes run without rights on a read-only root.

No container engine is here: a mount namespace with a root that is read-only stands in for one, and what pip would fetch
from the index is taken from the tests' own environment.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UID = 65532
# A root of its own that is read-only but for the project and TMPDIR; then no rights at all.
RESTRICTED = """\
mount --rbind / "$PLACE/root" && mount -o remount,bind,ro "$PLACE/root" || exit 77
case "$BASE" in /root/*)
  # A Python in the home of root, which others may not enter.
  mount -t tmpfs none "$PLACE/root/root" && chmod 755 "$PLACE/root/root" && mkdir -p "$PLACE/root$BASE" &&
    mount --rbind "$BASE" "$PLACE/root$BASE" || exit 77
esac
for each in project temp; do
  mount --bind "$PLACE/$each" "$PLACE/root$PLACE/$each" && mount -o remount,bind,rw "$PLACE/root$PLACE/$each" || exit 77
done
exec chroot "$PLACE/root" setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs --inh-caps=-all \\
  env -i --chdir="$PLACE/project" "$@"
"""


def instructions() -> list[tuple[str, str]]:
    """Each instruction with its words."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Containerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def stated(name: str) -> list[str]:
    return [words for instruction, words in instructions() if instruction == name]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for words in stated("ENV") for pair in shlex.split(words))


def test_it_has_no_rights_and_pins_what_it_installs() -> None:
    assert stated("FROM") == ["${BASE} AS build", "${BASE}"]
    assert stated("USER") == [f"{UID}:{UID}"]
    (locked,) = [words for words in stated("RUN") if "requirements.lock" in words]
    assert "--require-hashes" in locked
    assert {environment()["HOME"], environment()["TMPDIR"]} == {"/tmp"}


def test_nothing_else_of_a_checkout_gets_into_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8")
    assert ignored == (ROOT / ".containerignore").read_text("utf-8")
    kept = [line[1:] for line in ignored.splitlines() if line.startswith("!")]
    copied = [word for words in stated("COPY") if "--from" not in words for word in words.split()[:-1]]
    assert sorted(kept) == sorted(copied)
    assert "*" in ignored.splitlines()


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that everybody may read, with what the image would hold in `image`."""
    with tempfile.TemporaryDirectory(prefix="ackplan-image-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o755)
        for name in ("build", "image", "root", "project", "temp"):
            (folder / name).mkdir()
        for name in ("project", "temp"):
            if os.getuid() == 0:
                os.chown(folder / name, UID, UID)
        subprocess.run(
            [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", ROOT],
            check=True, capture_output=True,
        )  # fmt: skip
        _built(folder)
        yield folder


def _built(folder: Path) -> None:
    """Carries out COPY and RUN of the first stage, below `folder`."""
    for word in (ROOT / "requirements.lock", *(folder / "dist").glob("ackplan-*.whl")):
        shutil.copy(word, folder / "build")
    for words in stated("RUN"):
        command = words.replace("/opt/ackplan", str(folder / "image/opt/ackplan"))
        if "requirements.lock" in command:
            libraries = next((folder / "image/opt/ackplan/lib").glob("python*/site-packages"))
            (libraries / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
            continue
        done = subprocess.run(["sh", "-c", command], cwd=folder / "build", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def restricted(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The image's entrypoint with these words, in the project, as its user, on a root that can't be written."""
    (entrypoint,) = stated("ENTRYPOINT")
    program = str(place / "image") + entrypoint.strip('[]"')
    variables = {**environment(), "HOME": str(place / "temp"), "TMPDIR": str(place / "temp"), "ACKPLAN_SANDBOX": "1"}
    variables["ACK_NODE_PASSWORD"] = "Canary-1-password"
    named = [f"{name}={value}" for name, value in variables.items()]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", RESTRICTED, "sh", *named, program, *words],
        env={**os.environ, "PLACE": str(place), "BASE": sys.base_prefix}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("no mount namespace can be made here")
    return done


@pytest.mark.skipif(os.getuid() != 0 or shutil.which("setpriv") is None, reason="only root can give up its rights here")
def test_it_plans_and_applies_without_rights_on_a_read_only_root(place: Path) -> None:
    for words in (("init",), ("plan", "--out", "it.plan"), ("apply", "it.plan"), ("plan", "--detailed-exitcode")):
        done = restricted(place, *words)
        assert done.returncode == 0, done.stderr + done.stdout
    assert "No changes" in done.stdout
    owners = {path.stat().st_uid for path in (place / "project").rglob("*")}
    assert owners == {UID}


@pytest.mark.skipif(os.getuid() != 0 or shutil.which("setpriv") is None, reason="only root can give up its rights here")
def test_the_root_of_that_test_is_read_only(place: Path) -> None:
    done = restricted(place, "plan", "--out", "/var/tmp/it.plan")
    assert done.returncode == 1
    assert "Read-only file system" in done.stderr + done.stdout
    assert not Path("/var/tmp/it.plan").exists()
