"""call a function, print its result

`HelloWorld` appears when `main()` has returned, and not before. To
call a plain function is to run its body to the end; only then does
the next line get its turn.

How long a program takes is its work plus its waiting. A quicker
processor shortens the work. It does not shorten the wait for a
download, a database or a person, and programs that talk to others
spend most of their time in such waits.

You may have read that asynchronous code need not wait for `main()`
before it prints the result. A result that does not exist yet cannot
be printed, in any style. What async adds is that *other* tasks can
run in the meantime.

A synchronous script needs no `asyncio`, so none is imported.

Nothing in this script waits, so it cannot show what a wait changes.

**Try** a copy that does: `asyncdemo show sync-main > mine.py`. Add
`import time` at the top and `time.sleep(1)` before the `return`,
then `asyncdemo run mine.py`. It takes a second longer, and the
processor has no more to do than before.
"""
# /// script
# [tool.asyncdemo]
# question = "What does this print?"
# choices = [
#     "HelloWorld",
#     "None",
#     "<function main at <address>>",
# ]
# ///

def main():
    return 'HelloWorld'


result = main()
print(result)

# Output:
# HelloWorld
