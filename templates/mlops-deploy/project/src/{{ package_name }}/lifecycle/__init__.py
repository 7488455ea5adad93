"""How does a model come into use, how is it replaced, and how does it get back?"""
