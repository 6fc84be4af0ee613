"""How things are said: numbers, dates, money, statuses, sentences, guides, links."""
