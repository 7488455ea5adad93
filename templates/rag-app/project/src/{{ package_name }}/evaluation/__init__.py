"""How good it is: retrieval, answers, hostile pages, figures."""
