"""Sell the last seats of a theatre."""
import asyncio

PEOPLE = ["Ann", "Bob", "Cy", "Dot", "Eve"]
seats = 2


async def pay(name):
    print("paying")  # given
    await asyncio.sleep(0.05)


async def buy(name):
    global seats
    if seats > 0:
        await pay(name)
        seats -= 1
        print("sold a seat")
    else:
        print("sold out")


async def main():
    await asyncio.gather(*map(buy, PEOPLE))
    print(f"seats left: {seats}")


asyncio.run(main())

# Output:
# paying
# paying
# paying
# paying
# paying
# sold a seat
# sold a seat
# sold a seat
# sold a seat
# sold a seat
# seats left: -3
