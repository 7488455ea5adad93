"""Language models: the client, the prompts, the traces and a judge."""
