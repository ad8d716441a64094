"""Validates test results: `junit.py SCHEMA FILE...` prints for each file a line of JSON: what is wrong with it by the
schema or by its own sums, and its cases, each with its class, its name and how it ended."""

import json
import sys

from lxml import etree

schema = etree.XMLSchema(etree.parse(sys.argv[1]))
for name in sys.argv[2:]:
    wrong, cases = [], []
    try:
        tree = etree.parse(name, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        print(json.dumps({"wrong": [str(error)], "cases": []}))
        continue
    if not schema.validate(tree):
        wrong = [str(error) for error in schema.error_log]
    for case in tree.iter("testcase"):
        ended = case[0].tag if len(case) else "passed"
        cause = dict(case[0].attrib) | {"text": case[0].text or ""} if len(case) else {}
        cases.append([case.get("classname"), case.get("name"), ended, cause])
    for part in tree.iter("testsuites", "testsuite"):
        counted = {
            "tests": len(cases),
            "failures": sum(case[2] == "failure" for case in cases),
            "errors": sum(case[2] == "error" for case in cases),
        }
        wrong += [f"{part.tag} says {word} {part.get(word)}" for word, n in counted.items() if part.get(word) != str(n)]
    print(json.dumps({"wrong": wrong, "cases": cases}))
