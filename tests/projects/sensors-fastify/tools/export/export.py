import argparse
import csv
import sys

import requests

from columns import COLUMNS

try:
    import orjson as json
except ImportError:
    import json

parser = argparse.ArgumentParser()
parser.add_argument("--since", default="yesterday")
given = parser.parse_args()
answer = requests.get("https://sensors.brackenridge.io/readings", params={"since": given.since}, timeout=30)
answer.raise_for_status()
writer = csv.DictWriter(sys.stdout, COLUMNS)
writer.writerows(json.loads(answer.content))
