"""Shares to an object store or a folder: the whole file, and one Parquet file a table of each workspace.

    campaign_health.duckdb                     the published file, replaced in one step
    workspaces/NAME/latest.json                which files are the workspace's newest, replaced in one step
    workspaces/NAME/PUBLICATION/TABLE.parquet  never changed once it is there

Whoever reads what `latest.json` names sees one publication whole, whatever is killed; what it no longer names stays a
day for those who are still reading it.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from storage.connection import Connection
from storage.file.database import PUBLISHED_NAME
from storage.share.destinations import Destination, ShareError
from storage.share.shared_tables import PUBLICATION, SharedTable, fingerprint_of, text_in_sql

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore

KEPT = timedelta(days=1)
_CLIENT = {"timeout": "300s", "connect_timeout": "10s"}
_RETRIES: Any = {"max_retries": 4, "retry_timeout": timedelta(seconds=60)}


class ObjectShare:
    """An object store or folder.

    Raises:
        ShareError: from each method: it cannot be reached, or refuses what is written.
    """

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        with self._told():
            self._store = _store(destination.url)

    def reach(self) -> None:
        """Try whether it can be listed."""
        self._names("")

    def put_file(self, published: Path) -> None:
        """Put the published file in the place of the one that is there."""
        import obstore

        # Held open: another publication may take its name meanwhile.
        with self._told(), published.open("rb") as file:
            obstore.put(self._store, PUBLISHED_NAME, file)

    def replace(self, connection: Connection, workspace: str, tables: Sequence[SharedTable]) -> int:
        """Put the workspace's rows there, and name them as the newest; return how many there are.

        Of a table whose rows are those that were put there last, that file stays the newest.
        """
        now = datetime.now(UTC)
        before = self._manifest(workspace)
        publication = connection.execute("SELECT number, published_at FROM publication").fetchone() or (0, now)
        folder = f"{folder_of(workspace)}/{publication[0]}-{secrets.token_hex(4)}"
        named: dict[str, dict[str, Any]] = {}
        with TemporaryDirectory() as directory:
            for table in tables:
                count, fingerprint = fingerprint_of(connection, table, workspace)
                there = before.get("tables", {}).get(table.name, {})
                if there.get("fingerprint") == fingerprint and there.get("rows") == count:
                    named[table.name] = there
                    continue
                path = f"{folder}/{quote(table.name, safe='')}.parquet"
                self._put(path, _parquet(connection, table, workspace, Path(directory)))
                named[table.name] = {"path": path, "rows": count, "fingerprint": fingerprint}
        gone = {one["path"] for one in before.get("tables", {}).values()} - {one["path"] for one in named.values()}
        retired = {path: at for path, at in before.get("retired", {}).items() if _is_young(at, now)}
        manifest = {
            "workspace": workspace,
            "publication": publication[0],
            "published_at": publication[1].isoformat(),
            "tables": named,
            "retired": retired | dict.fromkeys(sorted(gone), now.isoformat()),
        }
        self._put(_manifest_name(workspace), json.dumps(manifest, indent=1, sort_keys=True).encode())
        self._sweep(workspace, manifest, now)
        return sum(one["rows"] for name, one in named.items() if name != PUBLICATION)

    def forget(self, workspace: str) -> None:
        """Delete all that is there of the workspace, and the whole file, which the next round puts there anew."""
        self._delete([_manifest_name(workspace)])
        self._delete([name for name, _ in self._names(folder_of(workspace))])
        self._delete([name for name, _ in self._names("") if name == PUBLISHED_NAME])

    def fetch(self, target: Path, known: str | None) -> str | None:
        """Write the shared file to the new file `target`, and return what tells it from the next; None where it is
        the one that is `known` by that already."""
        import obstore

        with self._told():
            if _tag(obstore.head(self._store, PUBLISHED_NAME)) == known:
                return None
            found = obstore.get(self._store, PUBLISHED_NAME)
            with target.open("wb") as written:
                for part in found.stream():
                    written.write(part)
        return _tag(found.meta)

    def _manifest(self, workspace: str) -> Mapping[str, Any]:
        import obstore

        try:
            with self._told():
                text = bytes(obstore.get(self._store, _manifest_name(workspace)).bytes())
            found = json.loads(text)
        except (_NotThere, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _sweep(self, workspace: str, manifest: Mapping[str, Any], now: datetime) -> None:
        """Delete what nobody reads any more, and what somebody who was killed left behind."""
        kept = {one["path"] for one in manifest["tables"].values()} | manifest["retired"].keys()
        old = [
            name
            for name, changed in self._names(folder_of(workspace))
            if name not in kept and name.endswith(".parquet") and now - changed > KEPT
        ]
        self._delete(old)

    def _names(self, prefix: str) -> list[tuple[str, datetime]]:
        import obstore

        with self._told():
            listed = obstore.list(self._store, prefix=prefix or None)
            return [(one["path"], one["last_modified"]) for part in listed for one in part]

    def _put(self, name: str, content: bytes) -> None:
        import obstore

        with self._told():
            obstore.put(self._store, name, content)

    def _delete(self, names: Sequence[str]) -> None:
        import obstore

        if names:
            with self._told():
                obstore.delete(self._store, names)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as failure:
            raise _NotThere(
                f"{self._destination.shown}: there is no {PUBLISHED_NAME} yet.", "Share first."
            ) from failure
        except ImportError as failure:
            raise ShareError(
                f"{self._destination.shown} needs a library that is not installed.",
                "pip install 'campaign-health[share]'",
            ) from failure
        except Exception as failure:
            if not _is_of_the_store(failure):
                raise
            said = (str(failure).splitlines() or [""])[0].replace(self._destination.url, self._destination.shown)
            raise ShareError(
                f"{self._destination.shown}: {said}",
                "Check the address, the network, and the variables that hold the key (such as AWS_ACCESS_KEY_ID); the "
                "next run tries again.",
            ) from failure


class _NotThere(ShareError):
    """The object is not there."""


def folder_of(workspace: str) -> str:
    """Where the files of the workspace are; two workspaces never share one, and none leads out of the store."""
    # A name of dots would.
    return f"workspaces/{quote(workspace, safe='').replace('.', '%2E')}"


def _manifest_name(workspace: str) -> str:
    return f"{folder_of(workspace)}/latest.json"


def _is_young(at: str, now: datetime) -> bool:
    return now - datetime.fromisoformat(at) < KEPT


def _tag(meta: ObjectMeta) -> str:
    return f"{meta['e_tag']} {meta['last_modified'].isoformat()}"


def _parquet(connection: Connection, table: SharedTable, workspace: str, directory: Path) -> bytes:
    file = directory / "table.parquet"
    form = "(FORMAT parquet, COMPRESSION zstd)"
    connection.execute(f"COPY ({table.rows_of(workspace)}) TO {text_in_sql(str(file))} {form}")
    return file.read_bytes()


def _store(url: str) -> ObjectStore:
    from obstore.store import LocalStore, from_url

    parts = urlsplit(url)
    if parts.scheme == "file":
        return LocalStore(Path(unquote(parts.path)), mkdir=True)
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    is_plain = parts.scheme == "s3" and endpoint.startswith("http://")
    options: Any = {**_CLIENT, "allow_http": is_plain}
    return from_url(url, client_options=options, retry_config=_RETRIES)


def _is_of_the_store(failure: Exception) -> bool:
    from obstore.exceptions import BaseError

    return isinstance(failure, (BaseError, OSError, ValueError))
