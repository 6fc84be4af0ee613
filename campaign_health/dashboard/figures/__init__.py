"""Figures: functions from a frame to a Plotly figure. They never call Streamlit."""
