"""The runner of OGC's suites reads their reports rightly: a failure, a skip and an empty report are never a pass."""

import xml.etree.ElementTree as ET

import pytest

from tests.conformance.cite import SUITES, properties_of, read_ctl, read_testng

TESTNG = """<testng-results><suite><test><class>
<test-method name="prepare" is-config="true" status="PASS"/>
<test-method name="landingPage" status="PASS"/><test-method name="tiles" status="PASS"/>
<test-method name="limit" status="FAIL"><exception><message>more than
asked for</message></exception></test-method>
<test-method name="transactions" status="SKIP"><exception><message>not declared</message></exception></test-method>
</class></test></suite></testng-results>"""


def test_a_testng_report_is_counted(tmp_path):
    (tmp_path / "testng").mkdir()
    (tmp_path / "testng" / "testng-results.xml").write_text(TESTNG)
    assert read_testng(tmp_path) == (2, ["limit: more than asked for"], ["transactions: not declared"])


def test_ctl_logs_are_counted(tmp_path):
    for name, result in {"main": "5", "tile": "6", "capabilities": "1", "soap": "3"}.items():
        (tmp_path / name).mkdir()
        log = f'<log><starttest local-name="{name}"/><endtest result="{result}"/></log>'
        (tmp_path / name / "log.xml").write_text(log)
    passed, failures, skips = read_ctl(tmp_path)
    assert (passed, sorted(failures), skips) == (1, ["main", "tile"], ["soap"])


def test_no_report_is_a_failure(tmp_path):
    assert read_testng(tmp_path) == (0, ["the suite left no report"], [])
    assert read_ctl(tmp_path) == (0, ["the suite left no log"], [])


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.artifact)
def test_properties_are_xml_without_a_doctype(suite):
    text = properties_of(suite, "http://127.0.0.1:8000")
    assert "DOCTYPE" not in text
    entries = {entry.get("key"): entry.text for entry in ET.fromstring(text)}
    assert set(entries) == set(suite.given)
    assert all("{base}" not in value for value in entries.values())
