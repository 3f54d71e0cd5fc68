"""Text to data with line numbers. No opinions, no exceptions out of a broken document: it carries `.error`."""
