"""The published tables and views in words, from the comments in the file itself.

`python -m storage.read.data_dictionary docs/data.md` writes the page anew.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from storage.file.database import Warehouse
from storage.read.described_tables import DescribedTable, described_tables

_HEAD = """# What is in the published file

`campaign_health.duckdb` in the data directory is replaced as a whole after each run. Open it read-only with any DuckDB
client from version 1.1 on, for as long as you like. A connection goes on showing the run it was opened on; open a new
one to see the next.

## Open it

```sh
duckdb -readonly data/campaign_health.duckdb
```

```python
import duckdb

con = duckdb.connect("data/campaign_health.duckdb", read_only=True)
print(con.sql("SELECT campaign, status, cause, missed_sends FROM campaign_health ORDER BY missed_sends DESC"))
con.sql("SUMMARIZE event_vs_campaign").show()
```

`campaign-health demo --no-dashboard --data-dir data` makes such a file of a made-up company. More questions with their
queries: [analyst_queries.sql](analyst_queries.sql). Other tools: [recipes.md](recipes.md). The same tables in
PostgreSQL, an object store or a DuckLake: [sharing.md](sharing.md).

## Before you count

- A day is a calendar day in the workspace's time zone. Every instant is in UTC.
- **NULL is not 0.** 0 is what the service counted. NULL is not known: the day was not collected.
- **Before you add up**: campaigns may share an event, and then each of them has that event's whole count in
  `event_vs_campaign` and `campaign_day_wide`; add up `event_day` instead. A campaign has several tags, an incident of a
  source several campaigns. Sums of money are per currency (`workspace_currency`). The comments say where it matters.
- What is only the program's own business stands in the schema `internal`, and may change with any version.
- `state` says what a number is worth: `observed` (a fact), `provisional` (the day is not over, or may still be
  restated), `not_collected` (asked and failed, or never asked), `not_expected` (the campaign was not running).

What follows is made from the comments in the file (`duckdb_columns()`, `duckdb_tables()`, `duckdb_views()`).
"""


def data_dictionary(connection: duckdb.DuckDBPyConnection) -> str:
    """The dictionary of the open database as Markdown: views first, then tables, each with its columns."""
    found = described_tables(connection)
    parts = [_HEAD]
    for title, is_view in (("Views", True), ("Tables", False)):
        parts.append(f"## {title}\n")
        parts += [f"### {one.name}\n\n{described(one)}" for one in found if one.is_view == is_view]
    return "\n".join(parts)


def described(table: DescribedTable) -> str:
    """What a table or view holds, and its columns, as Markdown without a heading."""
    lines = [table.meaning, "", "| Column | Type | Meaning |", "|---|---|---|"]
    lines += [f"| `{column.name}` | {column.kind} | {_cell(column.meaning)} |" for column in table.columns]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def shipped_dictionary() -> str:
    """The dictionary of a new, empty file."""
    with TemporaryDirectory() as directory, Warehouse(Path(directory)).open() as connection:
        return data_dictionary(connection)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(shipped_dictionary(), encoding="utf-8")
