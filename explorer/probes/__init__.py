"""Measurements on a trace or a model: arrays in, arrays out."""
