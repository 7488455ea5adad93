"""The programs in the sandboxes: the judge, which runs the tests, and the worker, which runs a student's code.

These modules import only each other and nothing else of scaffold, because they run in an assignment's environment.
"""
