"""papermill: the engine, the notebooks of one assessment, its steps from params to files. It knows no check."""
