"""What a benchmark is given to say how far it is."""

from collections.abc import Callable

Say = Callable[[str], None]
