"""What S3 checks of a request and moto does not: names of new buckets, and digests of what is put.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; texts are known from public reports.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pytest_sfn.gate.refusals import in_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_sfn.gate.call import Answer

__all__ = ["no_such_upload", "put"]

_BUCKET: Final = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_DIGESTS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "CRC32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "SHA1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
}
"""Others need packages that may not be there, so they are not checked."""


def put(request: Any) -> Answer | None:
    """Refuse a wrong bucket's name or a digest that is not the body's; a digest becomes the object's, as on AWS."""
    if request.method != "PUT":
        return None
    url = urlsplit(str(request.url))
    if (
        (url.hostname or "").startswith("s3.")
        and not url.query
        and not _BUCKET.fullmatch(url.path.strip("/").partition("/")[0])
    ):
        return in_xml("InvalidBucketName", "The specified bucket is not valid.")
    md5 = _header(request, "Content-MD5")
    if md5 is not None:
        if len(_decoded(md5)) != 16:
            return in_xml("InvalidDigest", "The Content-MD5 you specified was invalid.")
        if md5 != _encoded(hashlib.md5(_body(request), usedforsecurity=False).digest()):
            return in_xml("BadDigest", "The Content-MD5 you specified did not match what we received.")
    for name, digest in _DIGESTS.items():
        header = f"x-amz-checksum-{name.lower()}"
        value = _header(request, header)
        if value is None:
            continue
        right = digest(_body(request))
        if len(_decoded(value)) != len(right):
            return in_xml("InvalidRequest", f"Value for {header} header is invalid.")
        if value != _encoded(right):
            return in_xml("BadDigest", f"The {name} you specified did not match the calculated checksum.")
        if _header(request, "x-amz-sdk-checksum-algorithm") is None:
            request.headers["x-amz-sdk-checksum-algorithm"] = name
    return None


def no_such_upload() -> Answer:
    """The refusal of a part of an upload that does not exist, at which moto fails."""
    text = (
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
    )
    return in_xml("NoSuchUpload", text, 404)


def _header(request: Any, name: str) -> str | None:
    value = request.headers.get(name)
    return value.decode() if isinstance(value, bytes) else value


def _encoded(digest: bytes) -> str:
    return b64encode(digest).decode()


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


def _body(request: Any) -> bytes:
    """The bytes that are put, out of the chunks that botocore makes of them; a stream is wound back."""
    body = request.body
    if hasattr(body, "read"):
        start = body.tell() if hasattr(body, "tell") else 0
        data: bytes = body.read()
        body.seek(start)
    else:
        data = body.encode() if isinstance(body, str) else bytes(body or b"")
    if "aws-chunked" not in (_header(request, "Content-Encoding") or ""):
        return data
    made, at = b"", 0
    while size := int(data[at : (end := data.index(b"\r\n", at))].partition(b";")[0], 16):
        made += data[end + 2 : end + 2 + size]
        at = end + 2 + size + 2
    return made
