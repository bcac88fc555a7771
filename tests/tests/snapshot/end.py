"""Leaves all kinds of things to be done at the end."""

import atexit
import json
import sys

print("begins")
kept = open("/folder/kept", "w")
kept.write("a file that another module has")
json.kept = kept
open_here = open("/folder/here", "wb")
open_here.write(b"a file of this module")
del kept


class Destroyed:
    def __init__(self, name):
        self.name = name
        self.itself = self

    def __del__(self):
        print("destroyed:", self.name, sys.is_finalizing())


def generator():
    try:
        yield
    finally:
        print("a generator's end")


here = Destroyed("here")
sys.elsewhere = Destroyed("elsewhere")
waiting = generator()
next(waiting)
atexit.register(print, "atexit")
print("ends", end="")
sys.exit(7)
