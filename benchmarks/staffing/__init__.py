"""Tables about people: one module each, dispatched by benchmarks/staff.py."""
