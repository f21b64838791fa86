"""From the requirement to shifts, roster and what is printed of them."""
