"""Load the widgets of a dashboard."""
# /// script
# [tool.asyncdemo]
# findings = ["blocking-call"]
# ///
import asyncio
import time

WIDGETS = ["weather", "news", "mail"]


async def load(widget):
    print(f"{widget}: loading")
    time.sleep(0.2)
    print(f"{widget}: there")
    return widget


async def main():
    loaded = await asyncio.gather(*[load(each) for each in WIDGETS])
    print("the dashboard shows", ", ".join(loaded))


asyncio.run(main())

# Output:
# weather: loading
# weather: there
# news: loading
# news: there
# mail: loading
# mail: there
# the dashboard shows weather, news, mail
