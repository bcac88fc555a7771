"""Fills a folder with the source archives that requirements.txt, or another such file, names, and its folder `packages`
with the wheels.

    python fetch.py FOLDER [REQUIREMENTS]

Any CPython built from source will do: the pip that is among its sources does the work. Files that are in the folder
that PYFORGE_DISTFILES names are not fetched.
"""

import ensurepip
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).absolute().parent


def download(target, requirements):
    pip = next(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
    command = [sys.executable, "-B", "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    # Without isolation setuptools comes from beside this file.
    command += ["--require-hashes", "--no-deps", "--no-build-isolation"]
    command += ["--dest", target, "--requirement", requirements]
    if distfiles := os.environ.get("PYFORGE_DISTFILES"):
        command += ["--find-links", distfiles]
    if subprocess.run(command, env={**os.environ, "PYTHONPATH": f"{pip}{os.pathsep}{HERE}"}).returncode:
        sys.exit(f"pip could not have what {requirements} names; put the files into a folder, and name that folder in "
                 "PYFORGE_DISTFILES")


def unpack(file, folder):
    if file.suffix == ".whl":
        zipfile.ZipFile(file).extractall(folder / "packages")
    else:
        # django-1.0.tar.gz has everything in a folder django-1.0.
        tarfile.open(file).extractall(folder, filter="data")
        whole = folder / file.name.removesuffix(".tar.gz")
        whole.rename(folder / whole.name.partition("-")[0])


def main(folder, requirements=HERE / "requirements.txt"):
    with tempfile.TemporaryDirectory() as files:
        download(files, requirements)
        for file in Path(files).iterdir():
            unpack(file, Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
