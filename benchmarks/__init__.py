"""Timings, side by side on one machine: ratios are worth more than seconds."""
