"""Can somebody who did not build the system run it, and does what is written about it hold?"""
