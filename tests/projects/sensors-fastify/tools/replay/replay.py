from lib import window

def main() -> None:
    print(window.last(days=7)

main()
