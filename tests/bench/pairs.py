# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairs of one run as a table and as one JSON line."""
import json
import statistics


def spread(values):
    ordered = sorted(values)
    quarter = len(ordered) // 4
    return ordered[quarter], ordered[-1 - quarter]


def table(title, rows):
    """rows: name -> (ours, theirs), measured in turns."""
    print(title)
    document = {"bench": title, "rows": []}
    for name, (ours, theirs) in rows.items():
        ratios = [a / b for a, b in zip(ours, theirs)]
        low, high = spread(ratios)
        print(f"  {name:44} ours {statistics.median(ours):12.1f}  theirs {statistics.median(theirs):12.1f}"
              f"  ratio {statistics.median(ratios):.3f} ({low:.3f}–{high:.3f}), {len(ratios)} pairs")
        document["rows"].append({"name": name, "ours": statistics.median(ours), "theirs": statistics.median(theirs),
                                 "ratio": statistics.median(ratios), "quartiles": [low, high], "pairs": len(ratios)})
    print(json.dumps(document, ensure_ascii=False), flush=True)
