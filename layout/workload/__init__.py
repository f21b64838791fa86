"""Services, arrivals and the posts they require."""

from layout.workload.erlang import Impatience, erlang_a, erlang_b, erlang_c

__all__ = ["Impatience", "erlang_a", "erlang_b", "erlang_c"]
