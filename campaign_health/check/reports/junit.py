"""The result as JUnit XML, which every pipeline can show."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from campaign_health.check.findings import RULES, CheckResult
from campaign_health.check.reports.plain import plain, printable, summary

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(result: CheckResult) -> str:
    """A test case for each violation, each failed look-up, and each trigger event that is in order."""
    broken = {finding.event for finding in result.violations}
    in_order = [event for event in result.coverage.seen if event not in broken]
    suite = ET.Element("testsuite", name="campaign-health check", hostname="localhost", time="0")
    suite.set("timestamp", result.ran_at.strftime("%Y-%m-%dT%H:%M:%S"))
    ET.SubElement(suite, "properties")
    for finding in result.violations:
        file, line = finding.place()
        case = ET.SubElement(suite, "testcase", classname=finding.rule, name=_text(finding.event or finding.rule))
        where = f"{file}:{line}\n" if file else ""
        failure = ET.SubElement(case, "failure", type=finding.rule, message=_text(plain(finding.message)))
        failure.text = _text(f"{where}{plain(finding.message)}\n{RULES[finding.rule]}")
    for failed in result.failures:
        case = ET.SubElement(suite, "testcase", classname="could_not_check", name=_text(failed.message))
        error = ET.SubElement(case, "error", type="could_not_check", message=_text(failed.message))
        error.text = _text(failed.cure)
    said = {standing.event: standing.said() for standing in result.coverage.standings}
    for event in in_order:
        case = ET.SubElement(suite, "testcase", classname="trigger_event", name=_text(event))
        if event in said:
            ET.SubElement(case, "system-out").text = _text(plain(said[event]))
    for event in result.coverage.not_seen:
        if event not in broken:
            case = ET.SubElement(suite, "testcase", classname="trigger_event", name=_text(event))
            ET.SubElement(case, "skipped", message=_text(f"not seen: {plain(said.get(event, 'nowhere'))}"))
    if suite.find("testcase") is None:
        ET.SubElement(suite, "testcase", classname="campaign-health", name="check")
    cases = suite.findall("testcase")
    for case in cases:
        case.set("time", "0")  # some readers demand it
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(len(result.violations)))
    suite.set("errors", str(len(result.failures)))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    notes = [plain(finding.message) for finding in result.findings if finding.severity == "note"]
    out = ET.SubElement(suite, "system-out")
    out.text = _text("\n".join([*notes, *(plain(text) for text in result.coverage.sentences()), summary(result)]))
    ET.SubElement(suite, "system-err")
    ET.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _text(text: str) -> str:
    return _NOT_XML.sub("�", printable(text))
