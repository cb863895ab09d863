"""What all tests share: no network, the sample city, and one run over it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from small_city import make_small_city
from urbanplan_gis.analysis.results import Run
from urbanplan_gis.pipeline import run_project
from urbanplan_gis.project import load_project

ROOT = Path(__file__).resolve().parents[1]
#: a port on which nothing listens: programs that honour a proxy reach nobody
_NOBODY = "http://127.0.0.1:9"
_LOOPBACK_NAMES = frozenset({"localhost", ""})


class NetworkBlocked(RuntimeError):
    """A test tried to reach something that is not this machine."""


def _is_loopback(host: object) -> bool:
    """Whether an address names this machine; names other than localhost are not looked up."""
    if host is None:
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    if text in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(text.split("%")[0]).is_loopback
    except ValueError:
        return False


def _guarded_method(method: Callable[..., Any], position: int) -> Callable[..., Any]:
    """A method of sockets that refuses addresses elsewhere (its argument at ``position``)."""

    def guarded(self: socket.socket, *arguments: Any) -> Any:
        at = min(position, len(arguments) - 1)
        address = arguments[at] if arguments else None
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and isinstance(address, tuple) and not _is_loopback(address[0]):
            raise NetworkBlocked(f"tests reach nothing but this machine, not {address!r}")
        return method(self, *arguments)

    return guarded


def _guarded_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *arguments: Any, **options: Any) -> Any:
        if not _is_loopback(host):
            raise NetworkBlocked(f"tests look up no names, not even {host!r}")
        return lookup(host, *arguments, **options)

    return guarded


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Sockets reach loopback only; so do the programs that tests start, if they heed a proxy."""
    with pytest.MonkeyPatch.context() as patch:
        # position of the address: connect(a), sendto(data, a) or (data, flags, a), sendmsg(.., a)
        for name, position in (("connect", 0), ("connect_ex", 0), ("sendto", 2), ("sendmsg", 3)):
            if hasattr(socket.socket, name):
                method = getattr(socket.socket, name)
                patch.setattr(socket.socket, name, _guarded_method(method, position))
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            patch.setattr(socket, name, _guarded_lookup(getattr(socket, name)))
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            patch.setenv(name, _NOBODY)
        for name in ("no_proxy", "NO_PROXY"):
            patch.setenv(name, "localhost,127.0.0.1,::1")
        patch.setenv("PROJ_NETWORK", "OFF")
        yield


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs the run over the sample city is slow, and one process makes it once.

    All other tests stay with those of their file.
    """
    for item in items:
        needs_run = "sample_run" in getattr(item, "fixturenames", ())
        if needs_run:
            item.add_marker(pytest.mark.slow)
        item.add_marker(pytest.mark.xdist_group("sample_run" if needs_run else item.path.name))


@pytest.fixture(scope="session")
def sample_city() -> Path:
    """The folder of the synthetic sample city, which ``make test`` makes."""
    folder = ROOT / "data" / "raw" / "sample"
    if not (folder / "truth.csv").is_file():
        pytest.skip(f"no sample city in {folder.relative_to(ROOT)}: run `make sample`")
    return folder


@pytest.fixture(scope="session")
def sample_run(sample_city: Path) -> Run:
    """The whole path over the sample city, as in the project file at the root, computed once."""
    return run_project(load_project(ROOT))


@pytest.fixture(scope="session")
def small_city(sample_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project folder of five units of the sample city, not measured; copy it to write in it."""
    return make_small_city(sample_city, tmp_path_factory.mktemp("small") / "city")


@pytest.fixture(scope="session")
def few_units(sample_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project folder of three units with a feature in every layer and plans that overlap.

    Not measured; copy it to write in it.
    """
    folder = tmp_path_factory.mktemp("few") / "city"
    return make_small_city(sample_city, folder, ("21016", "21190", "21211"))
