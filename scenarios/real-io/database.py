"""an SQLite query in a thread

The query compares every row of a table with every other, which takes
a few tenths of a second of real work. SQLite releases the GIL while
it works, so the event loop can tick. Each thread needs its own
connection.
"""
# /// script
# requires-python = ">=3.9"
# ///
import asyncio
import os
import sqlite3
import tempfile

ROWS = 2000


def prepare(path):
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE numbers (n)")
    rows = [(n,) for n in range(ROWS)]
    database.executemany("INSERT INTO numbers VALUES (?)", rows)
    database.commit()
    database.close()


def query(path):
    database = sqlite3.connect(path)
    pairs = "FROM numbers a, numbers b WHERE a.n < b.n"
    found = database.execute(f"SELECT count(*) {pairs}").fetchone()[0]
    database.close()
    return found


async def main(path):
    asked = asyncio.create_task(asyncio.to_thread(query, path))
    for _ in range(3):
        await asyncio.sleep(0.05)
        print("tick")
    print(await asked, "pairs")


with tempfile.TemporaryDirectory() as folder:
    file = os.path.join(folder, "numbers.db")
    prepare(file)
    asyncio.run(main(file))

# Output:
# tick
# tick
# tick
# 1999000 pairs
