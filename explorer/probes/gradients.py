"""How much of the loss's gradient is left at every time step on its way back."""

import numpy as np
import torch
from torch import Tensor

from explorer.config import RunConfig
from explorer.model import Model, Trace
from explorer.tasks import Batch


def state_gradient_norms(trace: Trace) -> dict[str, np.ndarray]:
    """Return the mean over sequences of |dL/ds_t| for every state s.

    L is a sequence's own loss and the norm is Euclidean over the units.

    Returns:
        State's name -> (layer, time), in units of the loss per unit of the state.
    """
    return {
        name: np.linalg.norm(gradient, axis=3).mean(axis=2)
        for name, gradient in trace.gradients.items()
    }


def input_gradients(
    config: RunConfig, weights: dict[str, Tensor], batch: Batch
) -> np.ndarray:
    """Return dL/dx_t, which tells the inputs that mattered, in float64.

    K. Simonyan, A. Vedaldi & A. Zisserman, "Deep inside convolutional networks:
    visualising image classification models and saliency maps" (2013).

    Args:
        config: the run.
        weights: the model's parameters by name, any float type.
        batch: the sequences.

    Returns:
        (time, batch, input): the derivative of each sequence's own loss, in units of
        the loss per unit of the input. Its norm over the inputs is |dL/dx_t|.
    """
    model = Model(config)
    model.load_state_dict(weights)
    model.double().requires_grad_(False)
    inputs = batch.inputs.double().requires_grad_()
    targets = batch.targets
    targets = targets.double() if targets.is_floating_point() else targets
    losses = config.build_task().losses(model(inputs), targets)
    (gradient,) = torch.autograd.grad(losses.sum(), inputs, materialize_grads=True)
    return gradient.numpy()
