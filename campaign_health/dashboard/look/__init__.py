"""How the pages look: colours, style, safe markup."""
