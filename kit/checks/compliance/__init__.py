"""What law, contract and the people whose data it is may ask for."""
