"""Large writes are complete, and folders that are granted exist. The folder /deep/data may be written to."""

import os
import pathlib

DATA = bytes(range(256)) * 1000
FILE = "/deep/data/file"


def written(flags, write):
    descriptor = os.open(FILE, os.O_CREAT | os.O_RDWR | flags)
    try:
        assert write(descriptor) == len(DATA)
    finally:
        os.close(descriptor)
    return pathlib.Path(FILE).read_bytes()


assert written(os.O_TRUNC, lambda file: os.write(file, DATA)) == DATA
assert written(os.O_APPEND, lambda file: os.write(file, DATA)) == DATA * 2
assert written(os.O_TRUNC, lambda file: os.pwrite(file, DATA, 100)) == bytes(100) + DATA

for folder in ["/", "/deep", "/deep/", "/deep/data", "/deep/data/"]:
    try:
        os.mkdir(folder)
    except FileExistsError:
        pass
    else:
        raise AssertionError(folder)
os.makedirs("/deep/data/", exist_ok=True)
pathlib.Path("/deep/data").mkdir(parents=True, exist_ok=True)
for folder in ["/missing", "/dee", "/deep/dat", "/deep/data/missing/folder", "", "/deep/other"]:
    try:
        os.mkdir(folder)
    except FileNotFoundError:
        pass
    else:
        raise AssertionError(folder)
