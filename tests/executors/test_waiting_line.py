"""Who came first starts first."""

from __future__ import annotations

import asyncio

from aiperf.executors.waiting_line import WaitingLine


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


def test_one_after_the_other_in_order():
    """Each looks again when there may be something for it; one that is cancelled leaves."""

    async def main():
        line, room, gone = WaitingLine(), 0, []

        def has_room():
            return room > 0

        async def come(name):
            nonlocal room
            await line.wait(has_room)
            room -= 1
            gone.append(name)

        tasks = [asyncio.ensure_future(come(name)) for name in "abcd"]
        await settle()
        assert not line.is_empty()
        line.look()  # in vain
        await settle()
        assert gone == []
        room = 1
        line.look()
        await settle()
        assert gone == ["a"]
        tasks[1].cancel()
        room = 2
        await settle()
        line.look()
        await settle()
        assert gone == ["a", "c", "d"]
        assert line.is_empty()

    asyncio.run(main())
