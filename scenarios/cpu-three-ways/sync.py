"""one job after another"""
JOBS = 4
COUNT = 5_000_000


def job(number):
    print("begin", number)
    total = 0
    for n in range(COUNT):
        total += n * n
    print("done", number)
    return total


def main():
    results = [job(number) for number in range(JOBS)]
    print("equal results:", len(set(results)) == 1)


main()

# Output:
# begin 0
# done 0
# begin 1
# done 1
# begin 2
# done 2
# begin 3
# done 3
# equal results: True
