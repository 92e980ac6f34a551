"""one after another"""
# /// script
# [tool.asyncdemo]
# time = ["0.8 to 3 s"]
# ///
import time

TASKS = 5
DELAY = 0.2


def answer(number):
    time.sleep(DELAY)
    print("answer", number)


def main():
    for number in range(TASKS):
        answer(number)


main()

# Output:
# answer 0
# answer 1
# answer 2
# answer 3
# answer 4
