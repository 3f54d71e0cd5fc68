<<<<<<< HEAD
COLUMNS = ["sensor", "at", "celsius"]
=======
COLUMNS = ["sensor", "at", "celsius", "door"]
>>>>>>> main
