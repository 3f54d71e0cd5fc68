"""Is every service given what it needs to start, and nothing that it must not hold?"""
