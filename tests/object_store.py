"""An object store of the tests' own, with one bucket, and what is in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

BUCKET = "team"
_ACCOUNT = "123456789012"


@contextmanager
def running_object_store() -> Iterator[dict[str, str]]:
    """The variables under which a new store with the bucket `team` is reached; one at a time."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    urlopen(Request(f"http://127.0.0.1:{port}/moto-api/reset", method="POST")).close()
    urlopen(Request(f"http://127.0.0.1:{port}/{BUCKET}", method="PUT")).close()
    try:
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "s3cret-word", "AWS_REGION": "us-east-1",
        }  # fmt: skip
    finally:
        server.stop()


def objects_in(prefix: str) -> list[str]:
    """The names of the objects under the prefix, looked up beside the store's own requests."""
    keys = s3_backends[_ACCOUNT]["aws"].buckets[BUCKET].keys
    return [name for name in list(keys.keys()) if name.startswith(prefix)]
