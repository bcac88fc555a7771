"""Functions that the host offers.

    import pyforge_host
    pyforge_host.lookup("a", limit=3)

Arguments and results are what JSON can say: None, bool, int, float, str, and lists and dicts of these.
"""

import json

import _host_cap
from _host_cap import HostError


def __dir__():
    return ["HostError", *_host_cap.names()]


def __getattr__(name):
    names = _host_cap.names()
    if name not in names:
        if name.startswith("__"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        offered = ", ".join(names) or "none at all"
        raise AttributeError(f"the host offers no function {name!r}; it offers {offered}", name=name)

    def function(*args, **kwargs):
        return json.loads(_host_cap.call(name, json.dumps([args, kwargs])))

    function.__name__ = function.__qualname__ = name
    return function
