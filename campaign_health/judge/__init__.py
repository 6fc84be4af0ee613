"""The judge: from stored numbers to stored verdicts and incidents."""

from campaign_health.judge.decisions import apply_decisions
from campaign_health.judge.summary import JudgeSummary
from campaign_health.judge.workspace import judge_all, judge_workspace

__all__ = ["JudgeSummary", "apply_decisions", "judge_all", "judge_workspace"]
