"""Prints what the caller's pip is told about the package registry, as a line of JSON: the options for another pip, the
file with the authorities it trusts, and where the wheel of pip itself is.

    python registry.py
"""

import ast
import ensurepip
import json
import os
import ssl
import subprocess
import sys
from pathlib import Path

#: What is said of the registry; all else is a matter of this machine.
OPTIONS = "index-url", "proxy", "trusted-host"

#: Where Debian has what its programs trust.
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


def main():
    pip = next(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
    command = [sys.executable, "-B", "-m", "pip", "config", "list"]
    environment = {**os.environ, "PYTHONPATH": str(pip)}
    listed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    settings = {}
    # A line is like `global.index-url='https://…'`; what the environment says comes last, and counts.
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        settings[name.rpartition(".")[2]] = ast.literal_eval(value)
    cert = settings.get("cert") or ssl.get_default_verify_paths().cafile or AUTHORITIES
    options = [f"--{name}={settings[name]}" for name in OPTIONS if name in settings]
    print(json.dumps({"options": options, "cert": cert, "pip": str(pip)}))


main()
