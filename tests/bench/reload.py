# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole reload by the running daemon beside `nft -f` of the full text that `sekishoctl compile` prints: reload.py BIN PAIRS

`sekishoctl reload` answers when the change is committed, read back as far as it touched anything, and in the history;
so its time has more in it than what nft does. One permit's service changes from round to round."""
import os
import subprocess
import sys
import tempfile
import time

from pairs import table

BIN, PAIRS = sys.argv[1], int(sys.argv[2])

if os.environ.get("SEKISHO_BENCH_INSIDE") is None:
    os.environ["SEKISHO_BENCH_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child",
                          "--mount-proc", sys.executable, *sys.argv])


def millis(*command):
    begin = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.monotonic() - begin) * 1000


def wait_for(*command):
    for _ in range(600):
        if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.1)
    sys.exit("the daemon does not answer")


with tempfile.TemporaryDirectory() as work:
    config, text = f"{work}/sekisho.toml", f"{work}/all.nft"
    with open(config, "w", encoding="utf-8") as file:
        subprocess.run([f"{BIN}/bench_commit", "config", "100000", "10000"], stdout=file, check=True)
    whole = open(config, encoding="utf-8").read()
    with open(text, "w", encoding="utf-8") as file:
        file.write("flush ruleset\n")
        file.flush()
        subprocess.run([f"{BIN}/sekishoctl", "compile", config], stdout=file, check=True)
    dirs = ["--state-dir", f"{work}/state", "--runtime-dir", f"{work}/run"]
    daemon = subprocess.Popen([f"{BIN}/sekishod", "--config", config, "--log", "console", *dirs],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tool = [f"{BIN}/sekishoctl", "--runtime-dir", f"{work}/run"]
    wait_for(*tool, "status")
    rows = {"one permit, ms": ([], [])}
    for round_number in range(PAIRS):
        with open(config, "w", encoding="utf-8") as file:
            file.write(whole.replace('services = ["tcp/1031"]', f'services = ["tcp/{7 + round_number}"]', 1))
        rows["one permit, ms"][0].append(millis(*tool, "reload"))
        rows["one permit, ms"][1].append(millis("unshare", "--net", "nft", "-f", text))
    peak = next(line for line in open(f"/proc/{daemon.pid}/status") if line.startswith("VmHWM"))
    daemon.terminate()
    daemon.wait()
    table("reload at 100,000 prefixes and 10,000 permits, beside nft -f of everything", rows)
    print("  the daemon's supervisor at most:", " ".join(peak.split()[1:]))
