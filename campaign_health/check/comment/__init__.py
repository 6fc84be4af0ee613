"""The one comment on a pull request or merge request: made once, and replaced by each later run."""
