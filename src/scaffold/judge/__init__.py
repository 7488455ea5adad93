"""What runs in the sandboxes: the judge, which runs the tests, and the worker, which runs a student's code.

These modules import nothing of scaffold but each other: they run in the environment of an assignment.
"""
