"""Does the database have what the code expects, and can it be changed without losing anything?"""
