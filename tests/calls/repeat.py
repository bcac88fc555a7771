"""Makes one of the calls that a cap's `tests/calls.py` lists again and again: `python repeat.py COUNT NAME`.

Without COUNT and NAME it prints the names. The cap's folder is /cap.
"""

import sys

sys.path.append("/cap/tests")

from calls import CALLS


def main():
    if len(sys.argv) == 1:
        print("\n".join(CALLS))
        return
    count, name = int(sys.argv[1]), sys.argv[2]
    call = CALLS[name]
    for _ in range(count):
        call()


main()
