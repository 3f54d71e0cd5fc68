"""Does every change get built, tested and brought to its users by something that can say no, and is there a way back?"""
