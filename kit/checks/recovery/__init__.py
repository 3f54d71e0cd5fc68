"""Can the data be brought back: is it saved, often enough, elsewhere, readable, and has anybody ever tried?"""
