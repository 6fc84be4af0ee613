"""The gate for deployment pipelines: would this change break a campaign?"""
