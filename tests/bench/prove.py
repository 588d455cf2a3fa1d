# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof over the whole packet space, at sizes: prove.py BIN ROUNDS"""
import json
import statistics
import subprocess
import sys
import tempfile

BIN, ROUNDS = sys.argv[1], sys.argv[2]

with tempfile.TemporaryDirectory() as work:
    for prefixes, permits in ((1_000, 1_000), (10_000, 10_000), (100_000, 10_000)):
        config = f"{work}/{prefixes}.toml"
        with open(config, "wb") as file:
            subprocess.run([f"{BIN}/bench_commit", "config", str(prefixes), str(permits)], stdout=file, check=True)
        found = json.loads(subprocess.run([f"{BIN}/bench_prove", config, ROUNDS], stdout=subprocess.PIPE, check=True).stdout)
        for what, millis in found.items():
            name = "whole" if what == "whole" else "one permit changed"
            print(f"  proof of {permits:6} permits and {prefixes:6} prefixes, {name:18}: {statistics.median(millis):8.2f} ms"
                  f" ({millis[0]:.2f}–{millis[-1]:.2f}), {len(millis)} rounds")
            print(json.dumps({"bench": "prove", "what": what, "permits": permits, "prefixes": prefixes,
                              "ms": statistics.median(millis), "least": millis[0], "most": millis[-1]}), flush=True)
