"""Allocates fifty megabytes and more under a deep call stack, and looks whether every object is still what it was.

Each level holds objects of many kinds, some of them only in the hands of a function of the interpreter's own that calls
back: sort, map, filter, min, join, format, a regular expression, a constructor, an exception on its way. The levels below
allocate meanwhile, with a heap that is small and collected often.
"""

import array
import collections
import gc
import json
import re
import sys

DEPTH = int(sys.argv[1])
ROUNDS = int(sys.argv[2])
gc.threshold(int(sys.argv[3]))

allocated = 0
lost = 0


def data(seed, size):
    """Bytes that tell what they should be."""
    global allocated
    allocated += size
    return bytes([(seed * 31 + at) & 255 for at in range(size // 16)]) * 16


def check(what, right):
    global lost
    if not right:
        lost += 1
        print("lost:", what)


class Node:
    def __init__(self, seed, inner):
        self.data = data(seed, 64)
        self.inner = inner()
        self.seed = seed

    def __lt__(self, other):
        data(self.seed, 48)
        return self.seed < other.seed

    def __str__(self):
        data(self.seed, 48)
        return "node %d" % self.seed

    def whole(self):
        return self.data == data(self.seed, 64)


def through_sort(seed, down):
    nodes = sorted([Node(seed * 10 + at, tuple) for at in (3, 1, 2)], key=lambda node: (node.seed, down(at=node.seed))[0])
    check("sorted", [node.seed - seed * 10 for node in nodes] == [1, 2, 3] and all(node.whole() for node in nodes))


def through_map(seed, down):
    texts = list(map(lambda at: (str(seed) * at, down(at=at))[0], range(1, 4)))
    check("map", texts == [str(seed) * at for at in range(1, 4)])


def through_join(seed, down):
    text = "-".join("%d:%s" % (at, (str(Node(seed, dict)), down(at=at))[0]) for at in range(3))
    check("join", text == "-".join("%d:node %d" % (at, seed) for at in range(3)))


def through_format(seed, down):
    text = "{} {!s:>20} {}".format(Node(seed, list), Node(seed + 1, lambda: down(at=seed)), [str(seed)] * 3)
    check("format", text == "node %d %20s %s" % (seed, "node %d" % (seed + 1), [str(seed)] * 3))


def through_pattern(seed, down):
    text = re.sub("[0-9]+", lambda found: (str(int(found.group(0)) + seed), down(at=seed))[0], "a1 b22 c333")
    check("pattern", text == "a%d b%d c%d" % (1 + seed, 22 + seed, 333 + seed))


def through_exception(seed, down):
    try:
        try:
            raise ValueError([seed, data(seed, 128)])
        finally:
            down(at=seed)
    except ValueError as error:
        check("exception", error.args[0] == [seed, data(seed, 128)])


def through_generator(seed, down):
    def generate():
        held = data(seed, 256)
        for at in range(3):
            down(at=at)
            yield at, held

    check("generator", [(at, bytes(held)) for at, held in generate()] == [(at, data(seed, 256)) for at in range(3)])


def through_containers(seed, down):
    table = {("key", at): bytearray(data(seed + at, 96)) for at in range(8)}
    queue = collections.deque([[at, str(at)] for at in range(8)], 8)
    numbers = array.array("q", range(seed, seed + 16))
    big = 3 ** (200 + seed % 50)
    view = memoryview(bytearray(data(seed, 512)))[16:496]
    text = json.dumps({"deep": [[at, {"at": at}] for at in range(8)]})
    down(at=seed)
    check("dict", all(table[("key", at)] == data(seed + at, 96) for at in range(8)))
    check("deque", list(queue) == [[at, str(at)] for at in range(8)])
    check("array", list(numbers) == list(range(seed, seed + 16)))
    check("int", big // 3 ** (100 + seed % 50) == 3**100)
    check("memoryview", view == data(seed, 512)[16:496])
    check("json", json.loads(text) == {"deep": [[at, {"at": at}] for at in range(8)]})


WAYS = [
    through_sort, through_map, through_join, through_format,
    through_pattern, through_exception, through_generator, through_containers,
]


def descend(level, seed):
    """Goes down, every level through another function, which allocates once it is called and goes on only once."""
    if level == 0:
        leaves = [Node(seed + at, list) for at in range(20)]
        check("leaves", all(leaf.whole() for leaf in leaves))
        return
    gone = []

    def down(at):
        if not gone:
            gone.append(at)
            descend(level - 1, seed + 1)
        data(at, 32)

    WAYS[level % len(WAYS)](seed, down)
    check("way down", len(gone) == 1)


for turn in range(ROUNDS):
    descend(DEPTH, turn)
print("allocated", allocated // 1000000, "MB and more, lost", lost)
sys.exit(lost > 0)
