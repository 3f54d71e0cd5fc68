"""Can every image be built, does it start, and does it run with no more than it needs?"""
