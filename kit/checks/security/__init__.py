"""Who gets in, what comes in with them, and what do secrets and data stand behind?"""
