"""A server of buckets as OSS answers: create-only by `x-oss-forbid-overwrite`, no If-None-Match, signatures of version 4.

Without a check of signatures it can be spoken to as S3, and may ignore If-None-Match: a store that breaks what is relied
on.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import http.server
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

ACCESS_KEY = ("LTAIOwnOfTheTests", "SecretOfTheTests")
_MOST_LISTED = 1000


@dataclass
class Buckets:
    """What a server keeps, and how it behaves.

    `denied` are verbs that nobody may use; `refusal` is the status that answers If-None-Match, 0 where it is kept or
    ignored. `faults` are what becomes of the next puts: a status, or 0 for an answer that is lost.
    """

    checks_signatures: bool = True
    versioning: str = ""
    denied: tuple[str, ...] = ()
    refusal: int = 400
    keeps: bool = False
    faults: list[int] = field(default_factory=list)
    ahead: float = 0.0
    objects: dict[str, tuple[bytes, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    buckets: Buckets

    def log_message(self, *_arguments: object) -> None:
        pass

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def do_PUT(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(size)
        if len(body) < size:
            # Whoever sent it was killed on the way: a store keeps an object whole or not at all.
            self.close_connection = True
            return
        if not self._is_allowed():
            return
        buckets, key = self.buckets, self._path()
        if buckets.refusal and "If-None-Match" in self.headers:
            self._fail(buckets.refusal, "NotImplemented")
            return
        fault = buckets.faults.pop() if buckets.faults else None
        if fault:
            self._fail(fault, "Unavailable")
            return
        forbidden = self.headers.get("x-oss-forbid-overwrite") == "true" and not buckets.versioning
        forbidden = forbidden or ("If-None-Match" in self.headers and buckets.keeps)
        with buckets.lock:
            refused = forbidden and key in buckets.objects
            if not refused:
                buckets.objects[key] = (body, time.time() + buckets.ahead)
        if fault == 0:
            self.close_connection = True
        elif refused:
            self._fail(*((412, "PreconditionFailed") if buckets.keeps else (409, "FileAlreadyExists")))
        else:
            self._answer(200, b"", ETag='"1"')

    def do_GET(self) -> None:
        if not self._is_allowed():
            return
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        if "versioning" in query:
            status = f"<Status>{self.buckets.versioning}</Status>" if self.buckets.versioning else ""
            self._answer(200, f"<VersioningConfiguration>{status}</VersioningConfiguration>".encode())
        elif "list-type" in query:
            self._list(query.get("prefix", ""), query.get("start-after", ""))
        elif (kept := self.buckets.objects.get(self._path())) is None:
            self._fail(404, "NoSuchKey")
        else:
            self._answer(200, kept[0], **{"ETag": '"1"', "Last-Modified": formatdate(kept[1], usegmt=True)})

    def _list(self, prefix: str, after: str) -> None:
        bucket = f"{self._path().split('/')[0]}/"
        with self.buckets.lock:
            keys = sorted(key.removeprefix(bucket) for key in self.buckets.objects if key.startswith(bucket + prefix))
        later = [key for key in keys if key > after]
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>1</Size><ETag>1</ETag>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key in later[:_MOST_LISTED]
        )
        truncated = str(len(later) > _MOST_LISTED).lower()
        self._answer(200, f"<ListBucketResult><IsTruncated>{truncated}</IsTruncated>{rows}</ListBucketResult>".encode())

    def _path(self) -> str:
        return unquote(urlsplit(self.path).path).strip("/")

    def _is_allowed(self) -> bool:
        if self.buckets.checks_signatures and not _is_signed(self):
            self._fail(403, "SignatureDoesNotMatch")
        elif self.command in self.buckets.denied:
            self._fail(403, "AccessDenied")
        else:
            return True
        return False

    def _fail(self, status: int, code: str) -> None:
        self._answer(status, f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>".encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/xml", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _is_signed(request: _Handler) -> bool:
    """Whether the signature of version 4 is right: https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4"""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    key_id, _, scope = fields.get("Credential", "").partition("/")
    if scheme != "OSS4-HMAC-SHA256" or key_id != ACCESS_KEY[0]:
        return False
    parts = urlsplit(request.path)
    pairs = sorted((quote(name, safe=""), quote(value, safe="")) for name, value in parse_qsl(parts.query, True))
    query = "&".join(f"{name}={value}" if value else name for name, value in pairs)
    signed = {name.lower(): value.strip() for name, value in request.headers.items()}
    names = sorted(name for name in signed if name.startswith("x-oss-") or name in {"content-type", "content-md5"})
    lines = "".join(f"{name}:{signed[name]}\n" for name in names)
    canonical = "\n".join((request.command, parts.path, query, lines, "", "UNSIGNED-PAYLOAD"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join((scheme, signed.get("x-oss-date", ""), scope, digest))
    secret = functools.reduce(_hmac, scope.split("/"), f"aliyun_v4{ACCESS_KEY[1]}".encode())
    return hmac.compare_digest(_hmac(secret, text).hex(), fields.get("Signature", ""))


def _hmac(secret: bytes, text: str) -> bytes:
    return hmac.new(secret, text.encode(), hashlib.sha256).digest()


def serve(buckets: Buckets, port: int = 0) -> str:
    """Serves them on this port, 0: a free one, until this process ends: the URL."""
    handler = type("Handler", (_Handler,), {"buckets": buckets})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
