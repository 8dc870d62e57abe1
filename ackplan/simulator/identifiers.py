"""Names of things that the API makes, in the shapes of the guide's examples.

The same seed and the same order of calls give the same names.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Identifiers:
    """Makes identifiers out of a seed, a kind and a serial number."""

    seed: int

    def digest(self, kind: str, serial: int | str) -> bytes:
        return hashlib.sha256(f"{self.seed}:{kind}:{serial}".encode()).digest()

    def fraction(self, kind: str, serial: int | str) -> float:
        """A number in [0, 1) that looks random."""
        return int.from_bytes(self.digest(kind, serial)[:6], "big") / 2**48

    def text(self, kind: str, serial: int | str, length: int) -> str:
        """Lower case letters and digits."""
        return "".join(_LETTERS[byte % 36] for byte in self.digest(kind, serial)[:length])

    def cluster(self, serial: int) -> str:
        return "c" + self.digest("cluster", serial).hex()[:32]

    def task(self, serial: int) -> str:
        return "T-" + self.digest("task", serial).hex()[:24]

    def instance(self, serial: int) -> str:
        return "i-2ze" + self.text("instance", serial, 17)

    def request(self, serial: int | str) -> str:
        """Upper case, in the form of a UUID."""
        digits = self.digest("request", serial).hex()[:32].upper()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def resource(self, prefix: str, serial: int | str) -> str:
        """A VPC, a vswitch, a load balancer, a security group: `vpc-2ze...`."""
        return f"{prefix}-2ze{self.text(prefix, serial, 17)}"

    def address(self, kind: str, serial: int | str) -> str:
        """A public IPv4 address out of the range that is kept for documentation (RFC 2544)."""
        one, two, three = self.digest(kind, serial)[:3]
        return f"198.{18 + one % 2}.{two}.{1 + three % 254}"

    def pem(self, title: str, serial: int | str) -> str:
        """Something in the shape of a PEM file. There is no key behind it."""
        body = base64.b64encode(b"".join(self.digest(title, f"{serial}/{part}") for part in range(24))).decode()
        lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
        return f"-----BEGIN {title}-----\n{lines}\n-----END {title}-----\n"
