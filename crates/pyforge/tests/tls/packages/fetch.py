"""Fills a folder with the packages of requirements.txt: the wheels in `wheels`, and unpacked in `packages`.

    python fetch.py FOLDER

Any CPython built from source will do: the pip that is among its sources does the work, as the caller's settings say.
"""

import ensurepip
import os
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).absolute().parent


def main(folder):
    folder = Path(folder)
    pip = next(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
    command = [sys.executable, "-B", "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:"]
    # Wheels for any machine, which the guest can use too.
    command += ["--platform", "any", "--implementation", "py", "--abi", "none"]
    command += ["--dest", folder / "wheels", "--requirement", HERE / "requirements.txt"]
    if subprocess.run(command, env={**os.environ, "PYTHONPATH": str(pip)}).returncode:
        sys.exit(f"pip could not have what {HERE / 'requirements.txt'} names")
    for wheel in (folder / "wheels").iterdir():
        zipfile.ZipFile(wheel).extractall(folder / "packages")


main(*sys.argv[1:])
