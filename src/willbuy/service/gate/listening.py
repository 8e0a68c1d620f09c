"""Where the service listens: the address, and why some are refused."""

import socket
from ipaddress import ip_address

from willbuy.errors import WillbuyError

BACKLOG = 2048
"""Connections that wait to be accepted."""
SEND_BUFFER = 262_144
"""Bytes that the system keeps for a client that does not read; its own choice may be megabytes for each connection."""


def is_local(host: str) -> bool:
    """Whether only this machine can reach an address.

    >>> is_local("127.0.0.1"), is_local("localhost"), is_local("::1"), is_local("0.0.0.0"), is_local("shop.example")
    (True, True, True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_public(host: str, active_keys: int) -> None:
    """Raise WillbuyError where anybody could ask and no key would be needed."""
    if not active_keys and not is_local(host):
        raise WillbuyError(
            f"{host} can be reached from other machines, and there is no active key. Make one first: "
            "willbuy keys add NAME --scope predict; or listen at 127.0.0.1"
        )


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to an address, which listens once it is served: until then whoever asks is told at once that nobody is here.

    Port 0 takes any that is free. Raises WillbuyError where that cannot be.
    """
    host = host.strip("[]")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise WillbuyError(
            f"{host} is no address of this machine: {error.strerror}. Change [serve] host, or --host"
        ) from None
    family, kind, protocol, _, address = sorted(found, key=lambda one: one[0] != socket.AF_INET)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise WillbuyError(
            f"cannot listen at {host}, port {port}: {error.strerror}. Choose another by --port, or [serve] port"
        ) from None
    return listener


def address_of(listener: socket.socket) -> str:
    """What to type into a browser."""
    host, port = listener.getsockname()[:2]
    host = f"[{host}]" if listener.family == socket.AF_INET6 else host
    return f"http://{host}:{port}"
