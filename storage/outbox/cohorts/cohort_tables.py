"""The tables of cohorts, of the sessions in which they are told, and of their members."""

from __future__ import annotations

COHORT_TABLES = """
    CREATE TABLE cohort (
        cohort_number INTEGER PRIMARY KEY AUTOINCREMENT, workspace TEXT NOT NULL, source TEXT NOT NULL,
        cohort TEXT NOT NULL, name TEXT NOT NULL, mode TEXT NOT NULL, since REAL NOT NULL, is_whole INTEGER NOT NULL,
        heard REAL, completed REAL, nobody INTEGER NOT NULL DEFAULT 0, held_since REAL, is_released INTEGER NOT NULL,
        segment_id INTEGER, is_bound INTEGER NOT NULL, counted INTEGER, counted_at REAL,
        tried_at REAL NOT NULL DEFAULT 0, trouble TEXT NOT NULL,
        leased_by TEXT NOT NULL DEFAULT '', leased_until REAL NOT NULL DEFAULT 0, UNIQUE (workspace, source, cohort)
    ) STRICT;
    CREATE TABLE cohort_session (
        session_number INTEGER PRIMARY KEY AUTOINCREMENT, cohort_number INTEGER NOT NULL, session TEXT NOT NULL,
        action TEXT NOT NULL, pages INTEGER, state TEXT NOT NULL, newest REAL NOT NULL,
        UNIQUE (cohort_number, session, action)
    ) STRICT;
    CREATE TABLE cohort_page (
        session_number INTEGER NOT NULL, page INTEGER NOT NULL, nobody INTEGER NOT NULL,
        PRIMARY KEY (session_number, page)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE cohort_told (
        session_number INTEGER NOT NULL, page INTEGER NOT NULL, person TEXT NOT NULL,
        PRIMARY KEY (session_number, page, person)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX cohort_told_person ON cohort_told (person);
    CREATE TABLE cohort_member (
        cohort_number INTEGER NOT NULL, person TEXT NOT NULL, told INTEGER NOT NULL, approved INTEGER NOT NULL,
        placed INTEGER NOT NULL, session_number INTEGER NOT NULL, PRIMARY KEY (cohort_number, person)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX cohort_member_state ON cohort_member (cohort_number, approved, placed, told);
    CREATE INDEX cohort_member_person ON cohort_member (person)
"""
"""Of a member, `told`: in the cohort by what was folded; `approved`: in it by what may be applied; `placed`: what is
known of them and the segment (0: not in it, 1: perhaps, 2: in it, 3: Customer.io does not know them, 4: in it, and can
be taken out by hand only); `session_number`: the whole list that named them last.
"""
