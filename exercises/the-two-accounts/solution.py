"""Send money in both directions."""
import asyncio

money = {"Ada": 100, "Ben": 100}


async def transfer(locks, payer, payee, amount):
    first, second = sorted([payer, payee])
    async with locks[first]:
        await asyncio.sleep(0.05)  # asks the bank
        async with locks[second]:
            paid, got = money[payer], money[payee]
            # The bank books it.
            await asyncio.sleep(0.04)
            money[payer], money[payee] = paid - amount, got + amount
            print(f"{payer} has sent {amount} to {payee}")


async def main():
    locks = {name: asyncio.Lock() for name in money}
    await asyncio.gather(
        transfer(locks, "Ada", "Ben", 30),
        transfer(locks, "Ben", "Ada", 10),
    )
    print(money)


asyncio.run(main())

# Unordered output:
# Ada has sent 30 to Ben
# Ben has sent 10 to Ada
# {'Ada': 80, 'Ben': 120}
