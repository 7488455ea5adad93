"""What goes to students' repositories and comes back from them."""
