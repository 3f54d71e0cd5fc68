"""The files of a project: which belong to it, of which class, and their text."""
