-- Earlier versions kept names, ids and push tokens of people in these texts. The next collection reads the reasons of
-- campaigns that still fail anew, without them.
DELETE FROM campaign_failure;
