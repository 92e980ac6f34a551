"""the slow part that does not matter

Two tasks prepare a page. `stock` makes three short waits in a row,
0.2 s each; `prices` makes one wait of 0.5 s, the longest single one.
The page is ready when both are, after 0.6 s.

The **critical path** is the chain of waits that decides how long the
whole takes: here the three waits of `stock`. `prices` has 0.1 s to
spare. Make `prices` twice as fast, and the page takes just as long;
save 0.1 s in `stock`, and the page is 0.1 s sooner.

`asyncdemo run critical-path --critical` shows it: line by line, what
each contributes to the 0.6 s.

**Myth: "optimise the slowest call."** Optimise what everything else
waits for. As soon as that is fast enough, another path is critical,
and it is time to look again.

**Try** `asyncdemo run critical-path --set PRICES=0.1 --critical`,
then `--set STOCK=0.1 --critical`.
"""
# /// script
# [tool.asyncdemo]
# time = ["0.55 to 0.9 s"]
# question = "Both run at once. How long does it take?"
# choices = [
#     "about 0.6 s",
#     "about 0.2 s",
#     "about 1.1 s",
# ]
# ///
import asyncio

PRICES = 0.5
STOCK = 0.2


async def prices():
    await asyncio.sleep(PRICES)
    print("prices are there")


async def stock():
    for shop in ("north", "south", "west"):
        await asyncio.sleep(STOCK)
        print("stock of", shop)


async def main():
    await asyncio.gather(prices(), stock())
    print("the page is ready")


asyncio.run(main())

# Output:
# stock of north
# stock of south
# prices are there
# stock of west
# the page is ready
