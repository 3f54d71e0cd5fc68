"""Do code, specification, callers and types say the same of the interface?"""
