# Stands for MicroPython in the guest: asks the process that has it for a run, through the socket beside this file
# (crates/pyforge-conformance/src/micropython/bridge.rs), and ends as that run did. Standard input is not handed
# on, so there is no prompt.
import json
import os
import socket
import sys

if sys.stdin.isatty():
    # Whoever started this waits for a banner.
    sys.exit("no terminal reaches the guest")
cwd = os.getcwd()
request = {"cwd": cwd, "env": dict(os.environ, PWD=cwd), "words": sys.argv[1:]}
with socket.socket(socket.AF_UNIX) as stream:
    stream.connect(os.path.join(os.path.dirname(__file__), "socket"))
    stream.sendall(json.dumps(request).encode() + b"\n")
    with stream.makefile("rb") as answer:
        status = answer.read(1)
        sys.stdout.buffer.write(answer.read())
sys.stdout.flush()
os._exit(status[0] if status else 1)
