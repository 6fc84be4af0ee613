"""The dashboard's entry for Streamlit: sign-in and the list of pages, nothing else."""

from campaign_health.dashboard.entry import run

run()
