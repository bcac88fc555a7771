"""Prints what an interpreter looks like when it is up, as lines: the same with a snapshot as without."""

import sys


def stream(file):
    return file.name, file.mode, file.encoding, file.errors, file.line_buffering, file.write_through, file.newlines


print(*sys.flags)
print(sys.path, sys.prefix, sys.exec_prefix, sys.base_prefix, repr(sys.executable), sys._stdlib_dir, sys.platlibdir)
print(sys.warnoptions, sys._xoptions, sys.dont_write_bytecode, sys.pycache_prefix)
print(*map(stream, (sys.stdin, sys.stdout, sys.stderr)))
print(sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__, sys.stdout.buffer.raw)
print(sorted(vars()), sys.modules["__main__"].__dict__ is globals(), __spec__, __loader__)
print([getattr(hook, "__name__", hook) for hook in sys.path_hooks], sys.meta_path)
print(sys.getrecursionlimit(), sys.getswitchinterval(), sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())

import gc, locale, os, signal, time

print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks)
print(locale.setlocale(locale.LC_CTYPE), locale.getencoding(), time.tzname)
print(os.environ, os.environb, os.getpid(), os.name, signal.getsignal(signal.SIGINT))
