"""Digests of what is put into S3, and names of buckets."""

from __future__ import annotations

import hashlib
import io
import zlib
from base64 import b64encode
from typing import Any

import pytest

from pytest_sfn import SfnAws
from pytest_sfn.gate.objects import no_such_upload

BODY = b"x" * 2_500_000  # several chunks


def base64(digest: bytes) -> str:
    return b64encode(digest).decode()


DIGESTS = {
    "ContentMD5": base64(hashlib.md5(BODY).digest()),
    "ChecksumCRC32": base64(zlib.crc32(BODY).to_bytes(4, "big")),
    "ChecksumSHA1": base64(hashlib.sha1(BODY).digest()),
    "ChecksumSHA256": base64(hashlib.sha256(BODY).digest()),
}


@pytest.fixture(scope="module")
def s3():
    with SfnAws() as sfn_aws:
        client = sfn_aws.client("s3")
        client.create_bucket(Bucket="bucket")
        yield client


def error_of(client: Any, method: str, **arguments: Any) -> str:
    with pytest.raises(client.exceptions.ClientError) as caught:
        getattr(client, method)(**arguments)
    code: str = caught.value.response["Error"]["Code"]
    return code


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", DIGESTS)
def test_a_right_digest(s3, name, stream):
    answer = s3.put_object(Bucket="bucket", Key=name, Body=io.BytesIO(BODY) if stream else BODY, **{name: DIGESTS[name]})
    got = s3.get_object(Bucket="bucket", Key=name, ChecksumMode="ENABLED")
    assert got["Body"].read() == BODY
    if name != "ContentMD5":
        assert answer[name] == got[name] == DIGESTS[name]


@pytest.mark.parametrize(
    ("name", "short"), [(name, "InvalidDigest" if name == "ContentMD5" else "InvalidRequest") for name in DIGESTS]
)
def test_a_wrong_digest(s3, name, short):
    wrong = DIGESTS[name][::-1].lstrip("=") + "=" * DIGESTS[name].count("=")
    assert error_of(s3, "put_object", Bucket="bucket", Key="wrong", Body=BODY, **{name: wrong}) == "BadDigest"
    assert error_of(s3, "put_object", Bucket="bucket", Key="wrong", Body=BODY, **{name: "AAAA"}) == short
    assert error_of(s3, "put_object", Bucket="bucket", Key="wrong", Body=BODY, **{name: "*"}) == short
    assert error_of(s3, "head_object", Bucket="bucket", Key="wrong") == "404"


@pytest.mark.parametrize("name", ["Upper", "ab", "a_b", "a..b", "127.0.0.1", "-ab", "ab-", "x" * 64])
def test_names_that_no_bucket_may_have(s3, name):
    assert error_of(s3, "create_bucket", Bucket=name) == "InvalidBucketName"


@pytest.mark.parametrize("name", ["abc", "a.b.c", "a-1", "1ab", "x" * 63])
def test_names_of_buckets(s3, name):
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="Any/Key_", Body=b"x")
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": []})


def test_an_upload_that_does_not_exist():
    status, _, body = no_such_upload()
    assert status == 404
    assert "<Code>NoSuchUpload</Code>" in str(body)
