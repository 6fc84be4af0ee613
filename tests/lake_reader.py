"""Reads a shared DuckLake again and again, each time at one instant, and prints what it saw; until it is ended.

`python -m tests.lake_reader POSTGRES DATA_PATH`: a line of JSON each time, by workspace the publication, and the least,
the greatest and the rows of two tables.
"""

from __future__ import annotations

import json
import os
import sys
import time

import duckdb

_SEEN = """
    SELECT p.workspace, p.number, e.low, e.high, e.n, c.low, c.high, c.n FROM lake.campaign_health.publication p
    LEFT JOIN (SELECT workspace, min(events) AS low, max(events) AS high, count(*) AS n
               FROM lake.campaign_health.event_day GROUP BY 1) e USING (workspace)
    LEFT JOIN (SELECT workspace, min(sent) AS low, max(sent) AS high, count(*) AS n
               FROM lake.campaign_health.campaign_day GROUP BY 1) c USING (workspace)
"""


def main(database: str, data_path: str) -> None:
    """Look twice a second."""
    with duckdb.connect() as connection:
        for extension in ("postgres", "ducklake", "httpfs"):
            connection.execute(f"LOAD {extension}")
        endpoint = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
        connection.execute(
            f"CREATE SECRET (TYPE s3, KEY_ID 'key', SECRET 's3cret-word', REGION 'us-east-1', ENDPOINT '{endpoint}', "
            "URL_STYLE 'path', USE_SSL false)"
        )
        connection.execute(f"ATTACH 'ducklake:postgres:{database}' AS lake (DATA_PATH '{data_path}', READ_ONLY)")
        while True:
            rows = connection.execute(_SEEN).fetchall()
            print(json.dumps({name: numbers for name, *numbers in rows}), flush=True)
            time.sleep(0.5)


if __name__ == "__main__":
    main(*sys.argv[1:])
