"""Reads YAML as `safe_load` does, from the file that is named, and prints it as JSON."""

import json
import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    loaded = yaml.safe_load(file)
# YAML 1.1 reads the word `on` as a truth value.
print(json.dumps({str(key): value for key, value in loaded.items()}))
