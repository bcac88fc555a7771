"""As many objects of one cap at a time as memory allows."""

import hashlib

# Of long data, which the component keeps.
hashes = [hashlib.sha256(bytes(2_000)) for _ in range(100_001)]
assert hashes[0].digest() == hashes[-1].digest()
