"""Grading: run the teacher's tests on submissions, and turn the results into points."""
