"""Sell the last seats of a theatre, each of them once."""
import asyncio

PEOPLE = ["Ann", "Bob", "Cy", "Dot", "Eve"]
seats = 2


async def pay(name):
    print("paying")
    await asyncio.sleep(0.05)


async def buy(name):
    global seats
    if seats > 0:
        seats -= 1
        await pay(name)
        print("sold a seat")
    else:
        print("sold out")


async def main():
    await asyncio.gather(*map(buy, PEOPLE))
    print(f"seats left: {seats}")


asyncio.run(main())

# Unordered output:
# paying
# paying
# sold a seat
# sold a seat
# sold out
# sold out
# sold out
# seats left: 0
