"""What of an interpreter's start is in Python when it begins with a snapshot: before it is taken, and after."""

import builtins
import gc
import posix
import sys

import _io
from _frozen_importlib import BuiltinImporter

_STREAMS = (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w"))


def prepare(modules):
    """Before the snapshot: imports these modules, where they are there, and leaves nothing for the collector to look at.

    The names of all modules that are now imported.
    """
    for name in modules:
        try:
            __import__(name)
        except ImportError:
            # A distribution need not have all caps.
            pass
    del sys.modules["__main__"]
    imported = frozenset(sys.modules)
    gc.collect()
    gc.freeze()
    return imported


def resume(errors, environment):
    """After the snapshot: makes anew what belongs to a run.

    `errors` is for sys.stdin and sys.stdout, `environment` the variables as bytes, one `NAME=VALUE` each.
    """
    _renew_main()
    for name, fd, mode in _STREAMS:
        stream = _open(fd, mode, name, "backslashreplace" if fd == 2 else errors)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    _renew_environment(environment)
    _renew_modules()
    _find_mounted()


def _renew_main():
    """The collector looks at this one: a program's objects are in it."""
    main = sys.modules["__main__"] = type(sys)("__main__")
    main.__builtins__ = builtins
    main.__loader__ = BuiltinImporter


def _open(fd, mode, name, errors):
    """A standard stream as CPython itself makes it; None when it is closed."""
    try:
        binary = _io.open(fd, mode + "b", -1, None, None, None, False)
    except OSError:
        return None
    binary.raw.name = f"<{name}>"
    line_buffering = fd == 2 or binary.raw.isatty()
    text = _io.TextIOWrapper(binary, "utf-8", errors, "\n", line_buffering)
    text.mode = mode
    return text


def _renew_environment(environment):
    # os.environ is a view of this very dictionary.
    posix.environ.clear()
    for variable in environment:
        name, equals, value = variable.partition(b"=")
        if equals:
            posix.environ.setdefault(name, value)


def _renew_modules():
    """What modules that were imported before have from the host's time and chance."""
    modules = sys.modules
    if "random" in modules:
        modules["random"].seed()
    if "logging" in modules:
        modules["logging"]._startTime = modules["time"].time_ns()


def _find_mounted():
    """Notices folders of the library that this run has mounted."""
    from _pyforge_importer import ROOT

    archive = f"{sys.prefix}/lib/python{sys.version_info[0]}{sys.version_info[1]}.zip"
    packages = f"{ROOT}/site-packages"
    # Each by itself: what is mounted has no folder above it that could be seen.
    if any(map(_exists, (ROOT, archive, packages, f"{ROOT}/lib-dynload"))):
        sys.path_importer_cache.clear()
    if _exists(packages):
        import site

        site.addsitepackages(None)
        site.execsitecustomize()


def _exists(path):
    try:
        posix.stat(path)
    except OSError:
        return False
    return True
