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
    while ready:
        current = ready.popleft()
        try:
            current.send(None)
        except StopIteration:
            continue
        ready.append(current)


run(count("a", 3), count("b", 1), count("c", 2))
print("all are done")

# Output:
# a 1
# b 1
# c 1
# a 2
# b is done
# c 2
# a 3
# c is done
# a is done
# all are done
