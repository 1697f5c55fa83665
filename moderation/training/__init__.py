"""Teaches the filter what sentences mean: `python -m moderation.training`. Never loaded by what serves."""
