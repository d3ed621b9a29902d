"""The composition root: settings, clients, time, observability, and one module that composes each function."""
