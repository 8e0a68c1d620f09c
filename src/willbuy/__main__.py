"""`python -m willbuy` is the same as `willbuy`."""

from willbuy.cli import main

if __name__ == "__main__":
    main()
