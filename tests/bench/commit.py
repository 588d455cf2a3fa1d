# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_commit beside `nft -f` of the very text that `sekishoctl compile` prints: commit.py BIN PAIRS"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from pairs import table

BIN, PAIRS = sys.argv[1], int(sys.argv[2])


def in_namespace(*command):
    """Runs it in a network namespace of its own; its stdout, milliseconds, peak memory in KiB, milliseconds of processor."""
    begin = time.monotonic()
    child = subprocess.Popen(["unshare", "--net", *command], stdout=subprocess.PIPE)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    cpu = (usage.ru_utime + usage.ru_stime) * 1000
    return out, (time.monotonic() - begin) * 1000, usage.ru_maxrss, cpu


with tempfile.TemporaryDirectory() as work:
    configs = {}
    for size in ((100_000, 10_000), (1_000, 10_000), (1_000, 1_000)):
        prefixes, permits = size
        config, text = f"{work}/{prefixes}-{permits}.toml", f"{work}/{prefixes}-{permits}.nft"
        with open(config, "wb") as file:
            subprocess.run([f"{BIN}/bench_commit", "config", str(prefixes), str(permits)], stdout=file, check=True)
        with open(text, "wb") as file:
            subprocess.run([f"{BIN}/sekishoctl", "compile", config], stdout=file, check=True)
        configs[size] = config, text

    rows = {"first load, ms": ([], []), "first load, ms of processor": ([], []), "first load, peak KiB": ([], [])}
    config, text = configs[100_000, 10_000]
    nft_millis, steps = [], []
    for _ in range(PAIRS):
        out, ours, our_peak, our_cpu = in_namespace(f"{BIN}/bench_commit", "load", config)
        steps.append(json.loads(out))
        _, theirs, their_peak, their_cpu = in_namespace("nft", "-f", text)
        rows["first load, ms of processor"][0].append(our_cpu)
        rows["first load, ms of processor"][1].append(their_cpu)
        rows["first load, ms"][0].append(ours)
        rows["first load, ms"][1].append(theirs)
        rows["first load, peak KiB"][0].append(our_peak)
        rows["first load, peak KiB"][1].append(their_peak)
        nft_millis.append(theirs)
    table("first load at 100,000 prefixes and 10,000 permits, config file to kernel, beside nft -f", rows)
    print("  ours in steps:", {step: round(statistics.median(s[step] for s in steps), 1) for step in steps[0]})

    changes = {size: json.loads(in_namespace(f"{BIN}/bench_commit", "change", configs[size][0])[0]) for size in configs}
    nft = statistics.median(nft_millis)
    for what in ("permit", "prefix"):
        millis = {size: sum(change[what].values()) for size, change in changes.items()}
        large = millis[100_000, 10_000]
        print(f"one {what} changed, from parsed policy to committed: {large:.2f} ms,"
              f" a full nft -f takes {nft / large:.0f} times that")
        for size in list(configs)[1:]:
            print(f"  at {size[0]:,} prefixes and {size[1]:,} permits {millis[size]:.2f} ms: {large / millis[size]:.2f} times that")
        print(json.dumps({"bench": f"one {what} changed", "nft_full_ms": round(nft, 1),
                          "sizes": [{"prefixes": size[0], "permits": size[1], **change[what]}
                                    for size, change in changes.items()]}))
