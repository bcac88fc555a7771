# The name CPython's lzma.py knows for _lzma_cap, which is CPython's _lzma in everything but its own name.
from _lzma_cap import *
from _lzma_cap import _decode_filter_properties, _encode_filter_properties
