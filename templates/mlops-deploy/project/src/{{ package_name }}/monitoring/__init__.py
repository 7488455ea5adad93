"""Are the flights of today still those that the model knows, and is it still right about them?"""
