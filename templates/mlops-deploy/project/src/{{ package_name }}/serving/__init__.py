"""How does a program get a prediction, while models change and registries go away?"""
