"""Zones: what a hall's areas need, where they lie, and whether that is right."""

from layout.zones.blocks import BlockPlan, block_layout

__all__ = ["BlockPlan", "block_layout"]
