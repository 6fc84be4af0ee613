"""DuckDB: schema, saving, named reads and publishing."""
