"""The overview's address, kept for whoever comes back to it."""

from __future__ import annotations

import streamlit as st

_KEPT = "the address of the overview"


def keep_address() -> None:
    """Remembers the filters that the address holds, and puts them back where Back has led to an address without them.

    On the way to a campaign Streamlit enters an address into the browser's history that has the overview's path and the
    campaign's query: nobody was ever there, and it is the first that Back leads to.
    """
    if "campaign" not in st.query_params:
        st.session_state[_KEPT] = st.query_params.to_dict()
        return
    st.query_params.from_dict(st.session_state.get(_KEPT, {}))
    st.rerun()
