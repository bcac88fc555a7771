"""Makes one of the calls that a cap's `tests/calls.py` lists again and again: `python repeat.py COUNT NAME`.

Without COUNT and NAME it prints the names. The cap's folder is /cap. Calls that the script names as SLOW are made a tenth
as often, and those it names as RARE a hundredth.
"""

import sys

sys.path.append("/cap/tests")

import calls


def main():
    if len(sys.argv) == 1:
        print("\n".join(calls.CALLS))
        return
    count, name = int(sys.argv[1]), sys.argv[2]
    call = calls.CALLS[name]
    if name in getattr(calls, "SLOW", ()):
        count //= 10
    elif name in getattr(calls, "RARE", ()):
        count //= 100
    for _ in range(count):
        call()


main()
