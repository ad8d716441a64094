"""Validates documents against JSON schemas: a line of standard input holds {"schema", "document"}, and
a line of standard output says what is wrong with it, or nothing."""

import json
import sys

from jsonschema import Draft202012Validator, FormatChecker

for line in sys.stdin:
    pair = json.loads(line)
    Draft202012Validator.check_schema(pair["schema"])
    validator = Draft202012Validator(pair["schema"], format_checker=FormatChecker())
    errors = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(pair["document"])]
    print(json.dumps("; ".join(errors)[:2000]))
