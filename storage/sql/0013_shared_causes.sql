-- Two more causes: a season that is over, and trouble of Customer.io that many campaigns share.

COMMENT ON COLUMN incident.cause IS 'Headline cause: event_renamed, event_removed, event_unknown, property_type_changed, property_missing, filter_no_longer_matches, segment_shrank, message_failing, message_draft_or_off, message_silent, recipients_unreachable, campaign_edited, campaign_stopped, part_of_traffic_broke, season_ended, source_trouble or unknown.';
