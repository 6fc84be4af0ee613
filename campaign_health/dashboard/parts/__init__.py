"""Parts of pages: cards, tables, panels and their words."""
