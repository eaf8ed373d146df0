"""Numbers that equations and machine code share."""

EPSILON = 0.1
"""The step of the antisymmetric RNN."""
