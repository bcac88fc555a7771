"""importlib.resources for the packages of the archive that the interpreter carries."""

import io

import _pyforge_library as _library
from _pyforge_importer import ROOT
from importlib.resources.abc import Traversable, TraversableResources


class Path(Traversable):
    """A file or folder of the archive."""

    def __init__(self, path):
        self._path = path

    def __repr__(self):
        return f"Path({self._path!r})"

    def __str__(self):
        return self._path

    @property
    def name(self):
        return self._path.rpartition("/")[2]

    def _within(self):
        return self._path[len(ROOT) + 1 :]

    def iterdir(self):
        prefix = self._within() + "/"
        inner = (path[len(prefix) :] for path in _library.paths() if path.startswith(prefix))
        for name in sorted({path.partition("/")[0] for path in inner}):
            yield Path(f"{self._path}/{name}")

    def is_dir(self):
        return _library.has_folder(self._within())

    def is_file(self):
        return _library.find(self._within()) is not None

    def joinpath(self, *parts):
        path = self._path
        for part in "/".join(map(str, parts)).split("/"):
            if part == "..":
                path = path.rpartition("/")[0]
            elif part not in ("", "."):
                path += "/" + part
        return Path(path)

    __truediv__ = joinpath

    def open(self, mode="r", *args, **kwargs):
        entry = _library.find(self._within())
        if entry is None:
            if self.is_dir():
                raise IsADirectoryError(21, "Is a directory", self._path)
            raise FileNotFoundError(2, "No such file or directory", self._path)
        stream = io.BytesIO(_library.data(entry))
        return stream if "b" in mode else io.TextIOWrapper(stream, *args, **kwargs)


class Reader(TraversableResources):
    """The resources of one package."""

    def __init__(self, path):
        self._path = path

    def files(self):
        return Path(self._path)
