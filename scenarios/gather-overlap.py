"""three waits, gathered

All three start at once, and the whole takes as long as the longest of
them: 0.3 s, where one after another would take 0.6 s.

`gather` makes a task of each coroutine object. A task is what an
event loop can run in turns with others. `A` starts and has to wait,
so `B` starts, and so on. Then the shortest wait ends first.

**"The results come in finishing order."** They come in the order in
which you asked: `A B C`, though `A` ended last. So you can tell whose
result is whose. For the other order there is `as_completed`, a few
scenarios further on.

**Try** a copy with a fourth, `answer("D", 0.1)`. The whole takes no
longer. In which order do `B` and `D` end?
"""
# /// script
# [tool.asyncdemo]
# time = ["0.25 to 0.55 s"]
# question = "B ends first, A last. What is the last line?"
# choices = [
#     "...\nresults: A B C",
#     "...\nresults: B C A",
#     "...\nresults: B",
# ]
# ///
import asyncio


async def answer(name, delay):
    print("start", name)
    await asyncio.sleep(delay)
    print("end", name)
    return name


async def main():
    results = await asyncio.gather(
        answer("A", 0.3),
        answer("B", 0.1),
        answer("C", 0.2),
    )
    print("results:", *results)


asyncio.run(main())

# Output:
# start A
# start B
# start C
# end B
# end C
# end A
# results: A B C
