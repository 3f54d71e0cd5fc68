"""Does what is to run get applied, start, become ready, get reached, and keep to its bounds?"""
