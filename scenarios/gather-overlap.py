"""three waits, gathered

All three start at once, and the whole takes as long as the longest
of them: 0.3 s. One after another they would take 0.6 s.

`gather` makes a task of each coroutine object. The event loop runs
tasks in turn. `A` starts and has to wait, so `B` starts, then `C`.
After that, the shortest wait ends first.

**Myth: "the results come in finishing order."** They come in the
order of the arguments: `A B C`, though `A` ended last. That way you
know which result is whose. If you want finishing order, there is
`as_completed`; see `first-come-first-served`.

**Try** copying the script and adding a fourth, `answer("D", 0.1)`.
The whole takes no longer. In which order do `B` and `D` end?
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
