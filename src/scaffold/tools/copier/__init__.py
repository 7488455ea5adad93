"""The only package that uses copier. Importing copier takes 0.4 s of CPU, so it happens inside the functions.

It renders what `core/templates/engine.py` does not: templates that run code, use extensions, links or includes.
"""

from scaffold.tools.copier.rendering import load, migrate, render
from scaffold.tools.copier.request import Rendered, Request

__all__ = ["Rendered", "Request", "load", "migrate", "render"]
