"""What one score does not say: `samples` shows what the network writes, `figures` draws how it reads."""
