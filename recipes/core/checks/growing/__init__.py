"""How checks of keys go on from what was answered before rows were added."""
