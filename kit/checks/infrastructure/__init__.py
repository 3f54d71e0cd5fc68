"""Is what the system stands on described, closed, backed up, and does its front lead to what runs?"""
