"""Clients that send events one by one and never give up: an event keeps its id until it is acknowledged."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

VISITORS = 40


@dataclass
class Senders:
    """So many clients; where the service is may change while they send. `acknowledged` holds event id -> visitor."""

    url: str = ""
    clients: int = 24
    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    again: int = 0
    stopping: bool = False

    async def run(self) -> None:
        """Send until `stopping`; then each ends with the event that it is at."""
        await asyncio.gather(*(self._send_all(number) for number in range(self.clients)))

    async def _send_all(self, number: int) -> None:
        for event_id, visitor in self._events(number):
            if self.stopping:
                return
            while not await self._sent(event_id, visitor):
                self.again += 1
                await asyncio.sleep(0.02)

    def _events(self, number: int) -> Iterator[tuple[str, str]]:
        for turn in count():
            yield f"e-{number}-{turn}", f"v{(number * 7 + turn) % VISITORS}"

    async def _sent(self, event_id: str, visitor: str) -> bool:
        """Send one event over a connection of its own; whether it was acknowledged."""
        event = {
            "entity": visitor,
            "time": "2015-07-01T10:00:00Z",
            "kind": "view",
            "item": "7",
            "event_id": event_id,
        }
        status = 0
        with suppress(OSError, EOFError, ValueError, TimeoutError):
            status = await asyncio.wait_for(self._post(json.dumps(event).encode()), 10)
        if status == 202:
            self.acknowledged[event_id] = visitor
        elif status and status not in (503, 507):
            self.refused.append(f"{event_id}: {status}")
        return status == 202

    async def _post(self, body: bytes) -> int:
        place = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            head = f"POST /events HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
            writer.write(f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
            answer = await reader.read()
        finally:
            writer.close()
        if b"\r\n\r\n{" not in answer or not answer.endswith(b"}"):
            raise EOFError("the answer broke off: it acknowledges nothing")
        return int(answer[9:12])
