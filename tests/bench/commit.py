# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_commit beside `nft -f` of the very text that `sekishoctl compile` prints: commit.py BIN PAIRS"""
import json
import os
import subprocess
import sys
import tempfile
import time

from pairs import table

BIN, PAIRS = sys.argv[1], int(sys.argv[2])


def in_namespace(*command):
    """Runs it in a network namespace of its own; its stdout, seconds and peak memory in KiB."""
    begin = time.monotonic()
    child = subprocess.Popen(["unshare", "--net", *command], stdout=subprocess.PIPE)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return out, (time.monotonic() - begin) * 1000, usage.ru_maxrss


with tempfile.TemporaryDirectory() as work:
    configs = {}
    for prefixes, permits in ((100_000, 10_000), (1_000, 1_000)):
        config, text = f"{work}/{prefixes}.toml", f"{work}/{prefixes}.nft"
        with open(config, "wb") as file:
            subprocess.run([f"{BIN}/bench_commit", "config", str(prefixes), str(permits)], stdout=file, check=True)
        with open(text, "wb") as file:
            subprocess.run([f"{BIN}/sekishoctl", "compile", config], stdout=file, check=True)
        configs[prefixes] = config, text

    rows = {"first load, ms": ([], []), "first load, peak KiB": ([], [])}
    config, text = configs[100_000]
    nft_millis = []
    for _ in range(PAIRS):
        _, ours, our_peak = in_namespace(f"{BIN}/bench_commit", "load", config)
        _, theirs, their_peak = in_namespace("nft", "-f", text)
        rows["first load, ms"][0].append(ours)
        rows["first load, ms"][1].append(theirs)
        rows["first load, peak KiB"][0].append(our_peak)
        rows["first load, peak KiB"][1].append(their_peak)
        nft_millis.append(theirs)
    table("first load at 100,000 prefixes and 10,000 permits, config file to kernel, beside nft -f", rows)

    large = json.loads(in_namespace(f"{BIN}/bench_commit", "change", config)[0])
    small = json.loads(in_namespace(f"{BIN}/bench_commit", "change", configs[1_000][0])[0])
    nft = sorted(nft_millis)[len(nft_millis) // 2]
    for what in ("permit", "prefix"):
        whole = sum(large[what].values())
        written = large[what]["difference_and_commit_ms"]
        print(json.dumps({"bench": f"one {what} changed", "large": large[what], "small": small[what],
                          "nft_full_ms": round(nft, 1), "nft/compile+commit": round(nft / whole, 1),
                          "nft/difference+commit": round(nft / written, 1)}))
