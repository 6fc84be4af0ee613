"""What `campaign-health route` can do, one file a command: each is loaded only when it is called."""
