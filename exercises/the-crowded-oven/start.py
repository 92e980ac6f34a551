"""Bake nine pizzas."""
import asyncio

inside = most = 0


async def bake(pizza):
    global inside, most  # given
    inside += 1  # given
    most = max(most, inside)  # given
    await asyncio.sleep(0.3)  # given
    inside -= 1  # given
    return pizza


async def main():
    pizzas = await asyncio.gather(*[bake(each) for each in range(9)])
    print(f"{len(pizzas)} pizzas, at most {most} in the oven")


asyncio.run(main())

# Output:
# 9 pizzas, at most 9 in the oven
