"""Reports for teachers and students: feedback, gradebook export, progress, similarity."""
