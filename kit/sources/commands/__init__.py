"""What shells, makefiles and task runners call, and whether it is there."""
