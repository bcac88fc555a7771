# 100,000 messages of each kind: what they took is given back.

import gc
import hashlib

data = bytes(5000)


def short(i):
    hashlib.sha256(data[:64]).digest()


def long(i):
    hashlib.sha1(data).digest()


def dropped(i):
    hashlib.md5(data)


def copied(i):
    hashlib.sha1(data).copy().hexdigest()


def churn(function, count):
    for i in range(count):
        function(i)


for function in (short, long, dropped, copied):
    churn(function, 1000)
    gc.collect()
    before = gc.mem_alloc()
    churn(function, 100000)
    gc.collect()
    print(function.__name__, gc.mem_alloc() - before < 2000)
