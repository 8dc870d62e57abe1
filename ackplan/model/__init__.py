"""Values that every layer speaks: answers of the API, actions, secrets by reference. No effects, no imports."""
