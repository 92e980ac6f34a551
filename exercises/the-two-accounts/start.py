"""Send money in both directions."""
# /// script
# [tool.asyncdemo]
# findings = ["deadlock"]
# ///
import asyncio

money = {"Ada": 100, "Ben": 100}


async def transfer(locks, payer, payee, amount):
    async with locks[payer]:
        await asyncio.sleep(0.05)  # asks the bank of the payer
        async with locks[payee]:
            paid, got = money[payer], money[payee]
            # The bank books it.
            await asyncio.sleep(0.04)  # given
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
