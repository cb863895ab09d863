"""GDAL kept from the network: what a file says must not make it fetch anything.

A GML saved from a web service names its schema on the network, and GDAL fetches it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import pyogrio

#: GDAL has no switch for all it may fetch, but asks a proxy: here one that nobody is
NO_NETWORK: Mapping[str, str] = {
    "GML_DOWNLOAD_WFS_SCHEMA": "NO",
    "GDAL_HTTP_PROXY": "127.0.0.1:1",
    "GDAL_HTTPS_PROXY": "127.0.0.1:1",
}


@contextmanager
def offline() -> Generator[None]:
    """No request leaves GDAL while this lasts; whoever else reads with pyogrio is not bound."""
    former = {name: pyogrio.get_gdal_config_option(name) for name in NO_NETWORK}
    pyogrio.set_gdal_config_options(NO_NETWORK)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(former)
