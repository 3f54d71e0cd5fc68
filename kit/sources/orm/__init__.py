"""Schemas that ORMs declare and the migrations that make them."""
