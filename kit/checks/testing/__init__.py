"""Are there tests, do they assert something about the code that runs, and does anything run them?"""
