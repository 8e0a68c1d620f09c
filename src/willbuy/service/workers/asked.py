"""What a worker is told by the process that starts it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Asked:
    """How to serve which shop, as which of the workers.

    `listener`, `told` and `life` are open files that it inherits: the socket, where it says that it is ready, and what ends
    when the process that started it does. `shared` is the folder of what the workers share.
    """

    number: int
    workers: int
    shop: str
    host: str
    port: int
    run: str | None
    allow_unproven: bool
    actor: str
    listener: int = -1
    told: int = -1
    life: int = -1
    shared: str = ""

    @property
    def folder(self) -> Path:
        """The folder of what the workers share."""
        return Path(self.shared)

    def text(self) -> str:
        """As an argument of a command."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> "Asked":
        """What `text` made.

        >>> asked = Asked(0, 2, "shop.toml", "127.0.0.1", 8000, None, False, "ann", 3, 4, 5, "/tmp/x")
        >>> Asked.of(asked.text()) == asked
        True
        """
        found: dict[str, Any] = json.loads(text)
        return cls(**found)
