# SPDX-License-Identifier: GPL-3.0-or-later
"""A jailed worker beside `true` by fork and exec: worker.py BIN PAIRS"""
import json
import subprocess
import sys

from pairs import table

BIN, PAIRS = sys.argv[1], sys.argv[2]

micros = json.loads(subprocess.run([f"{BIN}/bench_worker", PAIRS], stdout=subprocess.PIPE, check=True).stdout)
table("what the jail costs, beside `true` by fork and exec",
      {"a job for one worker, µs": (micros["job"], micros["true"]),
       "a small text, rebuilt and inspected, µs": (micros["item"], micros["true"])})
