"""The least that any rebuild must do: read every record of the topics, and decode it. Nothing is kept."""

import gc
import json
import os
from time import perf_counter

import uvloop
from arrears_events.codec import Topic
from arrears_events.log.reader import Reader
from case_service.main import SERVICE

TOPICS: tuple[Topic, ...] = (SERVICE.settings_topic, SERVICE.topic, *SERVICE.reads)


async def read_and_decode() -> None:
    gc.set_threshold(50_000, 20, 100)  # as our services have it
    started, records = perf_counter(), 0
    async with Reader(os.environ["BENCH_KAFKA"], os.environ["BENCH_PREFIX"]) as reader:
        for topic in TOPICS:
            partitions = [(topic.name, partition) for partition in await reader.partitions(topic.name)]
            starts, ends = await reader.starts(partitions), await reader.ends(partitions)
            async for found in reader.until(starts, ends):
                for record in found:
                    topic.decode(record.value)
                records += len(found)
    print(json.dumps({"seconds": perf_counter() - started, "records": records}))


uvloop.run(read_and_decode())
