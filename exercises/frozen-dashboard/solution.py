"""Load the widgets of a dashboard, without freezing it."""
# /// script
# [tool.asyncdemo]
# time = ["0.2 to 0.7 of start"]
# ///
import asyncio

WIDGETS = ["weather", "news", "mail"]


async def load(widget):
    print(f"{widget}: loading")
    await asyncio.sleep(0.2)
    print(f"{widget}: there")
    return widget


async def main():
    loaded = await asyncio.gather(*[load(each) for each in WIDGETS])
    print("the dashboard shows", ", ".join(loaded))


asyncio.run(main())

# Output:
# weather: loading
# news: loading
# mail: loading
# weather: there
# news: there
# mail: there
# the dashboard shows weather, news, mail
