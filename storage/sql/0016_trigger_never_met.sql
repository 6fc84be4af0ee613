-- One more cause: an event that comes, and has never started a journey since it is counted.

COMMENT ON COLUMN incident.cause IS 'Headline cause: event_renamed, event_removed, event_unknown, trigger_never_met, property_type_changed, property_missing, filter_no_longer_matches, segment_shrank, message_failing, message_draft_or_off, message_silent, recipients_unreachable, campaign_edited, campaign_stopped, part_of_traffic_broke, season_ended, source_trouble or unknown.';
