"""Let three coroutines take turns, without asyncio."""
from collections import deque
from types import coroutine


@coroutine
def pause():
    yield


async def count(name, last):
    for number in range(1, last + 1):
        print(f"{name} {number}")
        await pause()
    print(f"{name} is done")


def run(*coroutines):
    ready = deque(coroutines)
    try:
        while ready:
            current = ready.popleft()
            current.send(None)
            ready.append(current)
    except StopIteration:
        pass


run(count("a", 3), count("b", 1), count("c", 2))
print("all are done")

# Output:
# a 1
# b 1
# c 1
# a 2
# b is done
# all are done
