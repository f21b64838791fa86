"""Measure the work on people, one table after another; each is a module of `staffing`: ``--only NAME`` measures one.

shifts and curtois are published instances, read from ``../shared/benchmarks/staffing``; simulator is measured against
exact values and beside Ciw and SimPy, which come with ``pip install -e ".[bench]"``; requirement is the crew found by
simulation against Erlang C's; rosters are two of our own, in ``benchmarks/rosters``; ``--peer`` puts pyworkforce beside
the first of them, which comes with ``pip install --no-deps pyworkforce==0.5.1``.
"""

from __future__ import annotations

import argparse
import importlib

TABLES = {
    "simulator": "simulator",
    "requirement": "requirement",
    "shifts": "shift_design",
    "curtois": "curtois",
    "rosters": "rosters",
    "offices": "offices",
}
PEER = {"peer": "roster_peer"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[*TABLES, *PEER])
    parser.add_argument("--peer", action="store_true", help="also pyworkforce, beside the first roster")
    options = parser.parse_args()
    for name, module in {**TABLES, **(PEER if options.peer or options.only in PEER else {})}.items():
        if options.only in (None, name):
            importlib.import_module(f"staffing.{module}").run()


if __name__ == "__main__":
    main()
