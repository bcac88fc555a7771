"""Stands in for setuptools: pip asks a source archive's build backend for its metadata before it keeps the archive.

They are in the archive. So nothing that is fetched is run, and no build backend is fetched.
"""

import shutil
import sys
from pathlib import Path


def prepare_metadata_for_build_wheel(folder, config_settings=None):
    target = Path(folder, "source.dist-info")
    target.mkdir()
    shutil.copy("PKG-INFO", target / "METADATA")
    return target.name


# Where pip looks for an archive that names no build backend.
__legacy__ = sys.modules[__name__]
