"""The pages, their reads, figures and wording."""
