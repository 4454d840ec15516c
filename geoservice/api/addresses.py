"""The address a request was sent to: what its Host header says, or a proxy that is believed, checked before any link.

A host comes back in every link of an answer, so that one which is none, or one this service does not answer to, is
refused. Of a proxy's lists the entry counts that the outermost trusted proxy wrote: what a client sent itself stands
left of it.
"""

import ipaddress
import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import Scope

from geoservice.errors import BadHost
from layers.sentences import say

_HOST = re.compile(r"(?P<name>[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9.])?|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+")
_PAIR = re.compile(r"""\s*([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^\s;,"]*)\s*(?:[;,]|$)""")
SCHEMES = ("http", "https")


class Addresses:
    """Reads addresses as the settings have it.

    ``trusted`` are the peers that are believed, ``header`` is what they write: ``x-forwarded`` or ``forwarded`` (RFC
    7239); ``hosts`` are the names answered to, with commas: ``gis.city.cn``, ``*.city.cn``, or ``*`` for every name.
    """

    def __init__(self, trusted: str = "127.0.0.1", header: str = "x-forwarded", hosts: str = "*") -> None:
        self.trusted = _Peers(trusted)
        self.forwarded = header == "forwarded"
        named = [name.strip().lower() for name in hosts.split(",") if name.strip()]
        self.hosts = () if "*" in named else tuple(named)

    def settle(self, scope: Scope) -> None:
        """Put scheme, host and path prefix that the user sees into a request.

        Raises:
            BadHost: the host is none, is given twice or, in HTTP/1.1, not at all (RFC 9112, 3.2), or is none that is
                answered to.
        """
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) > 1:
            raise BadHost(say("host-twice"))
        if not hosts and scope["http_version"] == "1.1":
            raise BadHost(say("host-missing"))
        said = hosts[0].decode("latin-1") if hosts else ""
        if any(name.startswith((b"x-forwarded-", b"forwarded")) for name, _ in scope["headers"]) and self.trusted.hold(
            scope.get("client")
        ):
            said = (self._rfc7239 if self.forwarded else self._x_forwarded)(scope) or said
            scope["headers"] = [
                *((n, v) for n, v in scope["headers"] if n != b"host"),
                (b"host", said.encode("latin-1")),
            ]
        if said or self.hosts:
            self._check(said)

    def _check(self, host: str) -> None:
        found = _HOST.fullmatch(host)
        if found is None or len(host) > 255 or int(found["port"] or 0) > 65535:
            raise BadHost(say("host-none", given=ascii(host[:60])))
        if self.hosts and not any(_is_named(found["name"].lower().rstrip("."), name) for name in self.hosts):
            raise BadHost(say("host-other", given=host[:60]))

    def _x_forwarded(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        hops = 1 + self.trusted.at_the_end(_listed(headers, "x-forwarded-for"))
        scheme = _seen(_listed(headers, "x-forwarded-proto"), hops)
        if scheme in SCHEMES:
            scope["scheme"] = scheme
        prefix = _seen(_listed(headers, "x-forwarded-prefix"), hops).rstrip("/")
        if _PREFIX.fullmatch(prefix):
            scope["public_prefix"] = prefix
        host = _seen(_listed(headers, "x-forwarded-host"), hops)
        port = _seen(_listed(headers, "x-forwarded-port"), hops)
        usual = {"http": "80", "https": "443"}[scope["scheme"] if scope["scheme"] in SCHEMES else "http"]
        named = (host.startswith("[") and not host.endswith("]")) or (":" in host and not host.startswith("["))
        return f"{host}:{port}" if host and port.isdigit() and port != usual and not named else host

    def _rfc7239(self, scope: Scope) -> str:
        elements = _elements(Headers(scope=scope).getlist("forwarded"))
        hops = 1 + self.trusted.at_the_end([_node(element.get("for", "")) for element in elements])
        element = elements[-min(hops, len(elements))] if elements else {}
        if element.get("proto", "").lower() in SCHEMES:
            scope["scheme"] = element["proto"].lower()
        return element.get("host", "")


def _listed(headers: Headers, name: str) -> list[str]:
    return [part.strip() for value in headers.getlist(name) for part in value.split(",")]


def _seen(values: Sequence[str], hops: int) -> str:
    """Return what the outermost of ``hops`` proxies wrote; a proxy that replaces the list leaves one value."""
    return values[-min(hops, len(values))] if values else ""


def _elements(values: Sequence[str]) -> list[dict[str, str]]:
    """Read the elements of Forwarded (RFC 7239), names in small letters, values unquoted; [] when one is unreadable."""
    text, place, found, pairs = ",".join(values), 0, list[dict[str, str]](), dict[str, str]()
    while place < len(text):
        pair = _PAIR.match(text, place)
        if pair is None:
            return []
        value = pair[2]
        pairs[pair[1].lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        place = pair.end()
        if not pair[0].endswith(";"):
            found.append(pairs)
            pairs = {}
    return [*found, pairs] if pairs else found


def _node(text: str) -> str:
    """Return the address of a ``for=``, without brackets and port."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _is_named(host: str, name: str) -> bool:
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


class _Peers:
    """A set of addresses and networks: ``127.0.0.1,10.0.0.0/8`` or ``*``."""

    def __init__(self, text: str) -> None:
        self.everyone = text.strip() == "*"
        parts = [] if self.everyone else [part.strip() for part in text.split(",") if part.strip()]
        self.networks = [ipaddress.ip_network(part, strict=False) for part in parts]

    def hold(self, client: Sequence[object] | None) -> bool:
        """Say whether a peer is among them; a Unix socket has no address and is ours."""
        return self.everyone or client is None or self._holds(str(client[0]))

    def at_the_end(self, chain: Sequence[str]) -> int:
        """Return how many addresses at the end of a proxy's chain are among them, each a further proxy."""
        count = 0
        while count < len(chain) and (self.everyone or self._holds(chain[-1 - count])):
            count += 1
        return count

    def _holds(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self.networks)
