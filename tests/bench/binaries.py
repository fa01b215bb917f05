"""The binaries that are measured, and what they are made into."""

import io
import os
import zipfile
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / "target"
FUNCTIONS = ("registrar", "guard", "audit")



def are_shipped():
    """Are these the binaries as they are shipped? `GUARD_BINARIES` names a folder with development builds."""
    return "GUARD_BINARIES" not in os.environ


def function(name):
    """A function's binary: in the folder `GUARD_BINARIES`, or as `make build` leaves it."""
    path = TARGET / f"lambda/{name}/bootstrap" if are_shipped() else Path(os.environ["GUARD_BINARIES"]) / name
    return _there(path, "make build" if are_shipped() else "make build-dev")


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
