"""What answers: `view` sends the page that people see."""
