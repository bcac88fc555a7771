"""Runs a composed Python on a host that knows nothing of pyforge: the `wasmtime` package of PyPI.

    pyforge build -o python.composed.wasm
    pip install wasmtime
    python examples/other_host.py python.composed.wasm -c "import zlib; print(zlib.ZLIB_RUNTIME_VERSION)"
"""

import sys

from wasmtime import Config, Engine, Store, WasiConfig
from wasmtime.component import Component, Linker

COMMAND = "wasi:cli/run@0.2.0"


def main():
    file, *args = sys.argv[1:]
    config = Config()
    config.cache = True
    engine = Engine(config)
    linker = Linker(engine)
    linker.add_wasip2()
    wasi = WasiConfig()
    wasi.argv = ["python", *args]
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    store = Store(engine)
    store.set_wasi(wasi)
    instance = linker.instantiate(store, Component.from_file(engine, file))
    command = instance.get_export_index(store, COMMAND)
    run = instance.get_func(store, instance.get_export_index(store, "run", command))
    sys.exit(0 if run(store).tag == "ok" else 1)


if __name__ == "__main__":
    main()
