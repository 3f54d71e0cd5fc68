"""Will the system carry the load that it is meant for?"""
