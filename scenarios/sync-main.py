"""call a function, print its result

Calling a plain function runs its whole body before the next line
starts. So `HelloWorld` is printed after `main()` has returned.

A program's running time is its work plus its waiting. A faster
processor shortens the work. It does nothing for the time spent
waiting for a download, a database or a person, and programs that
talk to others spend most of their time that way.

*Asynchronous* code is for such programs: while one part of the
program waits, another part can run.

**Myth: "async code prints the result before it exists."** No style
of programming can do that. A line that needs a result waits for it;
async lets other work go on in the meantime.

This script is synchronous, so it does not need `asyncio`. Nothing in
it waits, so it cannot show what a wait changes.

**Try** adding a wait: `asyncdemo show sync-main > mine.py`. Add
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
