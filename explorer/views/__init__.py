"""Views: a probe and a figure, with a title and how to read it, in two languages."""

from explorer.views._view import VIEWS, Choice, Scene, View, brings

__all__ = ["VIEWS", "Choice", "Scene", "View", "brings"]
