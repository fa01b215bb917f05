"""The shipped binaries, and what they are made into."""

import io
import os
import zipfile
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / "target"
FUNCTIONS = ("registrar", "guard", "audit")


def function(name):
    """A function as `make build` leaves it. A variable named like it, `REGISTRAR`, names another."""
    return _there(Path(os.environ.get(name.upper(), TARGET / f"lambda/{name}/bootstrap")), "make build")


def example(name):
    """A program that something is measured against, built by `make bench`."""
    return _there(TARGET / "bench" / name / "bootstrap", "make bench")


def _there(path, made_by):
    assert path.is_file(), f"{path} is not there: {made_by}"
    return path.resolve()


def zip_size(name):
    """Bytes of the zip that Lambda is given, made as `infra/deploy` makes it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(function(name), "bootstrap")
    return packed.tell()
