"""Reads OpenMetrics text as Prometheus does, on standard input, by both of its parsers. Prints a line of JSON: an
object with `families` (name, type, unit) and `samples` (name, labels, value); or with `wrong`."""

import json
import sys

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics

text = sys.stdin.read()
try:
    families = list(openmetrics.text_string_to_metric_families(text))
    classic = list(parser.text_string_to_metric_families(text))
except ValueError as error:
    print(json.dumps({"wrong": str(error)}))
    sys.exit()
def samples(all):
    return [[s.name, s.labels, s.value] for family in all for s in family.samples]


if samples(families) != samples(classic):
    print(json.dumps({"wrong": "the two parsers differ"}))
    sys.exit()
print(json.dumps({
    "families": [[family.name, family.type, family.unit] for family in families],
    "samples": samples(families),
}))
