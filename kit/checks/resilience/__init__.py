"""Does the system hold when something around it fails?"""
