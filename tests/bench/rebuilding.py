"""A process that brings case-service's tables up to the log as the service itself does, and says how long it took.

`live`: with an outbox and reactions, until all that came of them is on the log and noted in Kafka. `sampled`: with a look
at where the time goes. What is timed begins with no connection at all and ends when the last record has been taken in.
"""

import asyncio
import gc
import json
import sys
from time import perf_counter, process_time
from typing import Any

import uvloop
from arrears_events.log.reader import Reader
from arrears_runtime.database import Database
from arrears_runtime.service import Instance
from case_service.main import SERVICE
from case_service.settings import CaseSettings

from tests.bench.sampling import Samples
from tests.bench.stage import cpu_seconds

Ends = dict[tuple[str, int], int]
NOT_OF_THE_LOG = {"positions", "confirmed", "outbox", "caught_up"}
"""Tables that say how far a process is, not what the log says."""


async def bring_up(settings: CaseSettings, home: str, how: set[str]) -> dict[str, Any]:
    gc.set_threshold(50_000, 20, 100)  # as run.py has it
    db = await Database.open(settings.database_url.get_secret_value(), size=settings.database_connections)
    instance = Instance(SERVICE, db, settings)
    ends = await _ends(settings, [topic.name for topic in SERVICE.reads])
    used_before, samples = cpu_seconds(home), Samples()
    if "sampled" in how:
        samples.__enter__()
    started, cpu = perf_counter(), process_time()
    leading = asyncio.create_task(instance.run())
    await _opened(instance, leading)
    own_seconds = perf_counter() - started
    await _caught_up(instance, ends)
    seconds, cpu = perf_counter() - started, process_time() - cpu
    samples.__exit__()
    used = {part: after - used_before[part] for part, after in cpu_seconds(home).items()}
    own = await _ends(settings, [SERVICE.settings_topic.name, SERVICE.topic.name])
    ...
