# SPDX-License-Identifier: GPL-3.0-or-later
"""Forwarding through our table beside the plainest stateful firewall and beside no rules at all: forward.py BIN PAIRS

One namespace forwards between two others; segmentation offload and receive steering are off, sender and receiver are
pinned to a core each. The ruleset in it changes from measurement to measurement, in turns."""
import os
import subprocess
import sys
import tempfile

from pairs import table

BIN, PAIRS = sys.argv[1], int(sys.argv[2])
SECONDS = "1.5"
CLIENT, SERVER, NETWORK = "10.195.79.129", "198.18.0.0", "10.195.79.128/26"  # of the last prefix of the large config

if os.environ.get("SEKISHO_BENCH_INSIDE") is None:
    os.environ["SEKISHO_BENCH_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child",
                          "--mount-proc", sys.executable, *sys.argv])


def sh(command):
    subprocess.run(["bash", "-euc", command], check=True)


def load(ruleset):
    subprocess.run(["ip", "netns", "exec", "fw", "nft", "-f", "-"], input=ruleset.encode(), check=True)


def client_of(config):
    for line in open(config):
        if line.startswith("from = "):
            return line.split('"')[3]
    raise SystemExit("no permit")


PLAIN = """flush ruleset
table inet plain {
  map pairs { type ifname . ifname : verdict; elements = { "in0" . "sc0" : accept, "sc0" . "in0" : accept } }
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    iifname . oifname vmap @pairs
  }
}
"""


def on(core, netns, *command):
    return subprocess.Popen(["ip", "netns", "exec", netns, "taskset", "-c", str(core), f"{BIN}/bench_load", *command],
                            stdout=subprocess.PIPE)


def sent():
    """Packets that have left the sender's interface."""
    lines = subprocess.run(["ip", "netns", "exec", "office", "cat", "/proc/net/dev"], stdout=subprocess.PIPE, check=True)
    return int(next(line for line in lines.stdout.decode().splitlines() if "eth0:" in line).split(":")[1].split()[9])


def flood():
    """Received, and nanoseconds of the sender's processor for each packet sent: forwarding happens in its sends."""
    before = sent()
    sink = on(1, "cloud", "sink", "1024", SECONDS)
    sender = on(0, "office", "flood", SERVER, "1024", SECONDS)
    _, _, usage = os.wait4(sender.pid, 0)
    nanoseconds = (usage.ru_utime + usage.ru_stime) * 1e9 / (sent() - before)
    return int(sink.communicate()[0]), nanoseconds


def connections():
    sh("ip netns exec fw conntrack -F >/dev/null 2>&1 || true")
    server = on(1, "cloud", "accept", "1024", SECONDS)
    client = on(0, "office", "connect", SERVER, "1024", "16", SECONDS)
    count = int(client.communicate()[0])
    server.wait()
    return count, 0.0


with tempfile.TemporaryDirectory() as work:
    sh("mkdir -p /run/netns; mount -t tmpfs tmpfs /run/netns; for n in fw office cloud; do ip netns add $n; done")
    rulesets = {"none": "flush ruleset\n", "plain": PLAIN}
    for name, prefixes, permits in (("small", 12, 10), ("large", 100_000, 10_000)):
        config = f"{work}/{name}.toml"
        with open(config, "w", encoding="utf-8") as file:
            subprocess.run([f"{BIN}/bench_commit", "config", str(prefixes), str(permits)], stdout=file, check=True)
        text = open(config, encoding="utf-8").read()
        # one host for both sizes, and UDP beside TCP on the port of its permit
        text = text.replace(f'hosts = ["{client_of(config)}"]', f'hosts = ["{CLIENT}"]', 1).replace('services = ["tcp/1024"]',
                                                                  'services = ["tcp/1024", "udp/1024"]', 1)
        if f'"{NETWORK}"' not in text:
            text = text.replace('interfaces = ["in0"]\nnetworks = [', f'interfaces = ["in0"]\nnetworks = ["{NETWORK}", ', 1)
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        compiled = subprocess.run([f"{BIN}/sekishoctl", "compile", config], stdout=subprocess.PIPE, check=True).stdout
        rulesets[name] = "flush ruleset\n" + compiled.decode()
    sh(f"""
    ip -n fw link add in0 type veth peer name eth0 netns office; ip -n fw link add sc0 type veth peer name eth0 netns cloud
    ip -n fw addr add 10.195.79.130/26 dev in0; ip -n office addr add {CLIENT}/26 dev eth0
    ip -n fw addr add 203.0.113.2/30 dev sc0; ip -n cloud addr add 203.0.113.1/30 dev eth0
    ip -n cloud addr add {SERVER}/32 dev eth0
    for i in "fw in0" "fw sc0" "office eth0" "cloud eth0"; do set -- $i; ip -n $1 link set $2 up; ip -n $1 link set lo up
      ip netns exec $1 ethtool -K $2 tso off gso off gro off >/dev/null; done
    ip -n office route add default via 10.195.79.130; ip -n cloud route add default via 203.0.113.2
    ip -n fw route add default via 203.0.113.1
    ip netns exec fw sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0""")

    for what, measure in (("UDP flood, datagrams received", flood), ("new TCP connections, 16 clients", connections)):
        counts = {name: [] for name in rulesets}
        costs = {name: [] for name in rulesets}
        for _ in range(PAIRS):
            for name, ruleset in rulesets.items():
                load(ruleset)
                count, cost = measure()
                counts[name].append(count)
                costs[name].append(cost)
        compared = (("small", "plain"), ("large", "plain"), ("large", "none"), ("large", "small"), ("plain", "none"))
        table(what, {f"{ours} / {theirs}": (counts[ours], counts[theirs]) for ours, theirs in compared})
        if all(costs["none"]):
            table(f"{what}: ns of processor each (theirs / ours is the speed)",
                  {f"{ours} / {theirs}": (costs[ours], costs[theirs]) for ours, theirs in compared})
