"""`python -m campaign_health` is the command `campaign-health`."""

from campaign_health.cli.main import main

main()
