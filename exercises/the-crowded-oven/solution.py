"""Bake nine pizzas, three at a time."""
# /// script
# [tool.asyncdemo]
# time = ["under 3.5 of start"]
# ///
import asyncio

inside = most = 0


async def bake(pizza):
    global inside, most
    inside += 1
    most = max(most, inside)
    await asyncio.sleep(0.3)
    inside -= 1
    return pizza


async def bake_with_room(pizza, room):
    async with room:
        return await bake(pizza)


async def main():
    room = asyncio.Semaphore(3)
    baking = [bake_with_room(each, room) for each in range(9)]
    pizzas = await asyncio.gather(*baking)
    print(f"{len(pizzas)} pizzas, at most {most} in the oven")


asyncio.run(main())

# Output:
# 9 pizzas, at most 3 in the oven
