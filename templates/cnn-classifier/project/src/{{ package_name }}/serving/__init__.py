"""What answers: `predict` asks the exported network, without torch; `view` sends the page that people see."""
