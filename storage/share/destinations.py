"""Addresses that published tables are shared to, taken apart; a shown one holds no password."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from storage.errors import StorageError

FILE_SCHEMES = ("s3", "gs", "az", "file")
_POSTGRES = ("postgresql", "postgres")
_LAKE = re.compile(r"ducklake:(?:postgres:)?(?=postgres(?:ql)?://)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
DEFAULT_SCHEMA = "campaign_health"
# Nobody waits for ever: not for another one's lock, nor for a server or a network that has gone silent.
_PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "options": "-c lock_timeout=30s -c statement_timeout=600s",
}
_EXAMPLES = "s3://BUCKET/FOLDER, postgresql://USER:PASSWORD@HOST/DATABASE or ducklake:postgresql://…?data_path=s3://…"


class ShareError(StorageError):
    """The published tables could not be put at an address, or not be had from it; the message holds no password."""

    exit_code = 1


@dataclass(frozen=True)
class Destination:
    """One address.

    Attributes:
        kind: `files` (an object store or a folder), `postgres` or `ducklake`.
        url: the address of the store or of the database, with its password: never shown.
        shown: the same as people may see it.
        schema: in which schema of a database the tables are.
        data_path: of a DuckLake: where its Parquet files are.
    """

    kind: Literal["files", "postgres", "ducklake"]
    url: str
    shown: str
    schema: str = DEFAULT_SCHEMA
    data_path: str = ""


def parse_destination(address: str) -> Destination:
    """The address as one of the three kinds.

    Raises:
        ShareError: it is none of them; what it says holds nothing of the address but its scheme.
    """
    lake = _LAKE.match(address)
    rest = address[lake.end() :] if lake else address
    try:
        parts = urlsplit(rest)
        has_place = bool(parts.hostname) or (parts.scheme == "file" and bool(parts.path))
    except ValueError:
        raise _unknown(address) from None
    if not has_place or parts.scheme not in (_POSTGRES if lake else (*_POSTGRES, *FILE_SCHEMES)):
        raise _unknown(address)
    if parts.netloc.count("@") > 1 or "@" in parts.path + parts.query + parts.fragment:
        # A password's own / # or ? ends the host too early: what follows would be shown as a path.
        raise ShareError(
            "An address to share to has an @ where none can be.",
            "In a user, password, folder or parameter, write / as %2F, # as %23, ? as %3F and @ as %40.",
        )
    if parts.scheme in FILE_SCHEMES:
        return Destination("files", rest.rstrip("/"), _shown(rest))
    # A + is itself there: libpq does not read it as a space.
    ours = dict(parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True))
    schema, data_path = ours.pop("schema", DEFAULT_SCHEMA), ours.pop("data_path", "")
    if not _NAME.fullmatch(schema):
        raise ShareError(
            "An address to share to names a schema that cannot be one.", "Use letters, figures and _ in schema=…"
        )
    if lake and not data_path:
        raise ShareError(
            "A DuckLake to share to has no place for its files.",
            "Add ?data_path=s3://BUCKET/FOLDER (or a folder that all who read it have) to its address.",
        )
    url = urlunsplit(parts._replace(query=urlencode(_PATIENCE | ours, quote_via=quote)))
    kind: Literal["ducklake", "postgres"] = "ducklake" if lake else "postgres"
    return Destination(kind, url, ("ducklake:" if lake else "") + _shown(rest), schema, data_path)


def _shown(address: str) -> str:
    """The address without user, password and parameters."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _unknown(address: str) -> ShareError:
    scheme = address.partition(":")[0] if ":" in address else ""
    named = f" ({scheme}:)" if scheme.isalnum() and len(scheme) < 20 else ""
    return ShareError(f"An address to share to{named} is none that is known.", f"Write it like {_EXAMPLES}.")
