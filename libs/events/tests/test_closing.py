"""What ended the work with a client is what is told, whatever its end brings up."""

import pytest
from aiokafka.errors import KafkaConnectionError
from arrears_events.log.closing import give_up


@pytest.mark.parametrize("brought_up", [RuntimeError("the handler is closed"), OSError(), KafkaConnectionError()])
async def test_what_giving_up_a_client_brings_up_never_takes_the_place_of_what_ended_the_work(brought_up: Exception):
    async def stop() -> None:
        raise brought_up

    async def work() -> None:
        try:
            raise ValueError("the work's own")
        finally:
            await give_up(stop)

    with pytest.raises(ValueError, match="the work's own"):
        await work()
