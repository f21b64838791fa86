"""Divide a rectangle into blocks of given areas: `block_layout`, the unequal-area facility layout problem.

Blocks i with areas a_i in a hall W × H, flow φ_ij between them:

minimise    Σ_ij φ_ij (|x_i − x_j| + |y_i − y_j|),  x, y the middles of the blocks
subject to  w_i · h_i = a_i, blocks disjoint and inside the hall,
            max(w_i, h_i) ≤ β_i · min(w_i, h_i), min(w_i, h_i) ≥ μ_i

Since w_i · h_i = a_i, both limits on sides say min(w_i, h_i) ≥ m_i = max(μ_i, √(a_i / β_i)), and so both sides lie
from m_i to a_i / m_i.

Four steps, each in a module of its own:

1. `slicing`, `search`: layouts cut from the hall by a binary tree are annealed in compiled code, from many starts.
2. `polish`: which block lies left of or below which is kept (the topology) and the best dimensions are sought among
   all rectangles, not only slicing ones; that is a convex problem, so its bound proves them best *for this topology*.
3. `bound`: what no plan of any topology can undercut, from small subsets of blocks solved to proof and joined.
4. `check`: a judge that shares nothing with the above prices and checks every answer.
"""

from layout.zones.blocks.check import check_blocks, price_blocks
from layout.zones.blocks.problem import BlockPlan, BlockProblem
from layout.zones.blocks.solve import block_layout

__all__ = ["BlockPlan", "BlockProblem", "block_layout", "check_blocks", "price_blocks"]
