"""Several runs that differ in seed and learning rate alone, trained as one model."""

from explorer.members._members import Members, train_together

__all__ = ["Members", "train_together"]
