"""What a team's own database knows: how often each event happened on each day, by a query of theirs."""

from collectors.sql.sql_client import SqlClient
from collectors.sql.sql_engine import SqlDatabase
from collectors.sql.sql_source import SqlSource, counted_batch

__all__ = ["SqlClient", "SqlDatabase", "SqlSource", "counted_batch"]
