"""A layer under constant or given input as a dynamical system: step map to arrays."""
