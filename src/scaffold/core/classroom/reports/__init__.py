"""What teachers and students read about the work."""
