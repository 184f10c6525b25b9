"""Any bank's producer finds the partition that we find."""

import pytest
from aiokafka.partitioner import murmur2
from arrears_events.log.partitioning import partition_of

JAVAS = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}
"""From Kafka's own UtilsTest.testMurmur2: signed, as Java has it."""


@pytest.mark.parametrize(("key", "hashed"), JAVAS.items())
def test_a_key_hashes_as_kafkas_java_client_hashes_it(key: bytes, hashed: int):
    assert murmur2(key) & 0xFFFFFFFF == hashed & 0xFFFFFFFF
    assert partition_of(key, 8) == (hashed & 0x7FFFFFFF) % 8
