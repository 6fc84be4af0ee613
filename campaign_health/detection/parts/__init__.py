"""Parts of what is counted: platforms of an event, messages of a campaign. Which of them fell silent, and when."""
