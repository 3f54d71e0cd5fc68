"""Can one see what the system does, and is somebody told when it fails?"""
