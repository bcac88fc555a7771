"""Imports the standard library from the archive that the interpreter carries.

A hook of sys.path_hooks takes the folders of the library for the archive's, unless they are there as folders: a library
that is mounted comes first. Runs before anything can be imported but what is built in.
"""

import _frozen_importlib as _bootstrap
import _imp
import _pyforge_library as _library
import posix
import sys

ROOT = _library.ROOT
_SUFFIXES = (("/__init__.py", True), (".py", False))


def _within(path):
    """The path in the archive of a path of the library."""
    if path == ROOT:
        return ""
    if path.startswith(ROOT + "/"):
        return path[len(ROOT) + 1 :].rstrip("/")
    return None


def _is_folder(path):
    try:
        return posix.stat(path).st_mode & 0o170000 == 0o040000
    except (OSError, ValueError):
        return False


def hook(path):
    """The finder of a folder of the archive's."""
    if isinstance(path, str):
        folder = _within(path)
        if folder is not None and _library.has_folder(folder) and not _is_folder(path):
            return Finder(path, folder)
    raise ImportError("not a folder of the library's archive", path=path)


class Finder:
    """Finds the modules in one folder of the archive."""

    def __init__(self, path, folder):
        self.path = path
        self._prefix = folder + "/" if folder else ""

    def __repr__(self):
        return f"Finder({self.path!r})"

    def find_spec(self, fullname, target=None):
        name = fullname.rpartition(".")[2]
        for suffix, is_package in _SUFFIXES:
            entry = _library.find(self._prefix + name + suffix)
            if entry is not None:
                return self._spec(fullname, name + suffix, entry, is_package)
        return None

    def _spec(self, fullname, file, entry, is_package):
        path = f"{self.path}/{file}"
        spec = _bootstrap.ModuleSpec(fullname, Loader(fullname, path, entry), origin=path, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations.append(path.rpartition("/")[0])
        return spec

    def iter_modules(self, prefix=""):
        """For pkgutil: the names of the modules here, and whether each is a package."""
        found = {}
        for path in _library.paths():
            if path.startswith(self._prefix):
                name, slash, rest = path[len(self._prefix) :].partition("/")
                if slash:
                    if rest == "__init__.py":
                        found[name] = True
                elif name.endswith(".py") and name != "__init__.py":
                    found.setdefault(name[:-3], False)
        return [(prefix + name, is_package) for name, is_package in sorted(found.items())]

    def invalidate_caches(self):
        """The archive does not change."""


class Loader:
    """Loads one module of the archive."""

    def __init__(self, name, path, entry):
        self.name = name
        self.path = path
        self._entry = entry

    def __eq__(self, other):
        return self.__class__ is other.__class__ and self.__dict__ == other.__dict__

    def __hash__(self):
        return hash((self.name, self.path))

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        code = self.get_code(self.name)
        _bootstrap._call_with_frames_removed(exec, code, module.__dict__)
        if self.name == "linecache":
            _offer_frozen_sources(module.cache)

    def get_code(self, fullname=None):
        code = _library.code(self._entry) if sys.flags.optimize == 0 else None
        if code is None:
            code = compile(_library.data(self._entry), self.path, "exec", dont_inherit=True, optimize=-1)
        return code

    def get_source(self, fullname=None):
        return _decode(_library.data(self._entry))

    def get_filename(self, fullname=None):
        return self.path

    def is_package(self, fullname=None):
        return self.path.endswith("/__init__.py")

    def get_data(self, path):
        folder = _within(path)
        entry = None if folder is None else _library.find(folder)
        if entry is None:
            raise FileNotFoundError(2, "No such file or directory", path)
        return _library.data(entry)

    def get_resource_reader(self, fullname=None):
        from _pyforge_resources import Reader

        return Reader(self.path.rpartition("/")[0]) if self.is_package() else None


def _decode(source):
    from _frozen_importlib_external import decode_source

    return decode_source(source)


def _offer_frozen_sources(cache):
    """For linecache, which asks no loader for the source of modules that are frozen: they are in the archive too."""
    for name in _imp._frozen_module_names():
        for suffix, _ in _SUFFIXES:
            entry = _library.find(name.replace(".", "/") + suffix)
            if entry is not None:
                cache[f"<frozen {name}>"] = (lambda entry=entry: _decode(_library.data(entry)),)


def install():
    sys.path_hooks.insert(0, hook)
