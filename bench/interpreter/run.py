"""Runs one of pyperformance's benchmarks. Prints a JSON list of rows: a name, and the best seconds of a call.

    python run.py FOLDER NAME [ARGUMENTS]      FOLDER is what fetch.py made of requirements.txt
"""

import json
import runpy
import sys
from pathlib import Path

import pyperf


def main(folder, name, *arguments):
    folder = Path(folder)
    benchmark = folder / "packages/pyperformance/data-files/benchmarks" / f"bm_{name}"
    # Beside the benchmark itself: pyaes, as its source archive has it.
    sys.path[:0] = [str(benchmark), str(folder / "pyaes")]
    script = str(benchmark / "run_benchmark.py")
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")
    print(json.dumps([(row, {"seconds": seconds}) for row, seconds in pyperf.figures.items()]))


if __name__ == "__main__":
    main(*sys.argv[1:])
